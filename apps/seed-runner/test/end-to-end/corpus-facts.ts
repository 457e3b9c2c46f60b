import type { CorpusExpectation, MimeAliases } from "./corpus-manifest.js";
import type { Line } from "./run-seed.js";

/** What a line of `--json` gets wrong about a file; nothing when it is right. */
export function mistakes(
  line: Line | undefined,
  expected: CorpusExpectation,
  aliases: MimeAliases,
): string[] {
  if (line === undefined) return ["was not reported"];
  if (line.event === "rejected") {
    return expected.action === "accept" ? [`rejected: ${String(line["message"])}`] : [];
  }
  if (line.event !== "stored" && line.event !== "skipped") {
    return [`${line.event}: ${String(line["message"])}`];
  }
  if (expected.action === "reject") return [`stored as ${String(line["contentType"])}`];
  return wrongFacts(line, expected, aliases);
}

const none = (_option: number): number => 0;

function wrongFacts(line: Line, expected: CorpusExpectation, aliases: MimeAliases): string[] {
  const { format } = expected;
  const wrong: string[] = [];
  const check = (
    fact: string,
    options: readonly (string | number)[],
    slackOf = none,
    actual = line[fact],
  ): void => {
    if (options.length === 0) return;
    const right = options.some((option) =>
      typeof option === "number"
        ? typeof actual === "number" && Math.abs(actual - option) <= slackOf(option)
        : actual === option,
    );
    if (!right) wrong.push(`${fact} is ${String(actual)}, not ${options.join(" or ")}`);
  };

  if (format !== null) check("contentType", aliases[format] ?? []);
  check("width", given(expected.display_width ?? expected.width));
  check("height", given(expected.display_height ?? expected.height));
  check("orientation", given(expected.orientation));
  const frames = expected.frames_any_of ?? given(expected.frames);
  // The frames of an APNG may be reported or not.
  check("pages", format === "png" && frames.length > 0 ? [...frames, 1] : frames);
  const durations = given(expected.duration_s, expected.duration_alt_s);
  check("durationSeconds", durations, (seconds) => Math.max(0.1, seconds * 0.01));
  check("sampleRate", expected.sample_rate_any_of ?? given(expected.sample_rate));
  check("channels", expected.channels_any_of ?? given(expected.channels));
  const bitrates = given(expected.bitrate_bps, expected.bitrate_overall_bps);
  // The store tells the bitrate of the audio data. Where the manifest has that of the whole file
  // only, what the store tells about the whole file is held to it.
  const bitrate = expected.bitrate_kind === "overall" ? overallBitrate(line) : line["bitrate"];
  check("bitrate", bitrates, (bitsPerSecond) => bitsPerSecond * 0.1, bitrate);
  return wrong;
}

function overallBitrate({ byteSize, durationSeconds }: Line): number {
  return (8 * Number(byteSize)) / Number(durationSeconds);
}

function given(...values: (number | undefined)[]): number[] {
  return values.filter((value) => value !== undefined);
}
