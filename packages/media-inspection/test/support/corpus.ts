import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import type { MediaFacts } from "../../src/media-facts.js";

/** What independent tools agreed on; see the README of the corpus. */
export interface Expectation {
  action: "accept" | "reject" | "either";
  format: string | null;
  width?: number;
  height?: number;
  display_width?: number;
  display_height?: number;
  orientation?: number;
  frames?: number;
  frames_any_of?: number[];
  duration_s?: number;
  duration_alt_s?: number;
  sample_rate?: number;
  sample_rate_any_of?: number[];
  channels?: number;
  channels_any_of?: number[];
  bitrate_bps?: number;
  bitrate_kind?: "stream" | "overall";
  bitrate_overall_bps?: number;
  codec?: string;
  lossless?: boolean;
  /** Exact. */
  tags?: Record<string, string | number>;
  /** Not empty. */
  tags_present?: string[];
  /** The words in order, whatever white space stands between. */
  tags_words?: Record<string, string[]>;
  /** Of the refusal. */
  code?: string;
}

export interface CorpusFile {
  file: string;
  class: string;
  bytes: number;
  expect: Expectation;
}

const BESIDE_REPOSITORY = fileURLToPath(new URL("../../../../../shared", import.meta.url));

/** The folder of real media files: TEST_CORPUS, else `shared/corpus` beside the repository. */
export const CORPUS = resolve(process.env["TEST_CORPUS"] ?? join(BESIDE_REPOSITORY, "corpus"));

/** The folder of odd media files: TEST_ODD, else `shared/odd` beside the repository. */
export const ODD = resolve(process.env["TEST_ODD"] ?? join(BESIDE_REPOSITORY, "odd"));

/** The files that a folder's manifest lists; undefined where there is no such folder. */
export function listedFiles(folder: string): CorpusFile[] | undefined {
  const manifest = join(folder, "manifest.json");
  if (!existsSync(manifest)) return undefined;
  return JSON.parse(readFileSync(manifest, "utf8")) as CorpusFile[];
}

/** Where the facts differ from what was agreed on, beyond the corpus's tolerances. */
export function differences({ expect, bytes }: CorpusFile, facts: MediaFacts): string[] {
  if (expect.format === null) return [];
  const found: string[] = [];
  type Value = string | number | undefined;
  const compare = (name: string, actual: Value, allowed: readonly Value[]) => {
    const known = allowed.filter((value) => value !== undefined);
    if (known.length > 0 && !known.some((value) => value === actual)) {
      found.push(`${name}: ${String(actual)}, not ${known.join(" or ")}`);
    }
  };
  compare("format", facts.format, [expect.format]);
  if (facts.kind === "image") {
    compare("width", facts.width, [expect.display_width ?? expect.width]);
    compare("height", facts.height, [expect.display_height ?? expect.height]);
    compare("orientation", facts.orientation, [expect.orientation]);
    compare("pages", facts.pages, [expect.frames, ...(expect.frames_any_of ?? [])]);
    return found;
  }
  compare("channels", facts.channels, [expect.channels, ...(expect.channels_any_of ?? [])]);
  const rates = [expect.sample_rate, ...(expect.sample_rate_any_of ?? [])];
  compare("sample rate", facts.sampleRate, rates);
  const isNear = (actual: number, wanted: number, slack: number) =>
    Math.abs(actual - wanted) <= slack;
  const durations = [expect.duration_s, expect.duration_alt_s].filter(
    (value) => value !== undefined,
  );
  const isDuration = (wanted: number) =>
    isNear(facts.durationSeconds, wanted, Math.max(0.1, 0.01 * wanted));
  if (durations.length > 0 && !durations.some(isDuration)) {
    found.push(`duration: ${facts.durationSeconds} s, not ${durations.join(" or ")}`);
  }
  // Where only the rate of the whole file was agreed on, that is what can be compared.
  const bitrate =
    expect.bitrate_kind === "overall" ? (8 * bytes) / facts.durationSeconds : facts.bitrate;
  const bitrates = [expect.bitrate_bps, expect.bitrate_overall_bps].filter(
    (value) => value !== undefined,
  );
  if (bitrates.length > 0 && !bitrates.some((wanted) => isNear(bitrate, wanted, 0.1 * wanted))) {
    found.push(`bitrate: ${bitrate} bit/s, not ${bitrates.join(" or ")}`);
  }
  return found;
}

/** Where codec, lossless and tags differ from what was agreed on. */
export function soundDifferences({ expect }: CorpusFile, facts: MediaFacts): string[] {
  if (facts.kind !== "audio") return [];
  const found: string[] = [];
  const compare = (name: string, actual: unknown, wanted: unknown) => {
    if (wanted !== undefined && actual !== wanted) {
      found.push(`${name}: ${JSON.stringify(actual)}, not ${JSON.stringify(wanted)}`);
    }
  };
  const tags = facts.tags as Readonly<Record<string, unknown>>;
  compare("codec", facts.codec, expect.codec);
  compare("lossless", facts.lossless, expect.lossless);
  for (const [name, wanted] of Object.entries(expect.tags ?? {})) compare(name, tags[name], wanted);
  for (const name of expect.tags_present ?? []) {
    if (tags[name] === undefined) found.push(`${name}: missing`);
  }
  for (const [name, words] of Object.entries(expect.tags_words ?? {})) {
    const text = tags[name];
    compare(name, typeof text === "string" ? text.split(/\s+/).join(" ") : text, words.join(" "));
  }
  return found;
}
