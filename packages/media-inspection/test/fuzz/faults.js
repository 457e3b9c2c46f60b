import { isDeepStrictEqual } from "node:util";

const FORMATS = new Set(["jpeg", "png", "webp", "gif", "mp3", "wav", "flac", "m4a"]);
const MAX_INTEGER = 2 ** 31 - 1;

/** What is wrong with two verdicts on the same file; undefined where nothing is. */
export function faultOf(whole, inPieces) {
  const own = whole.fault ?? inPieces.fault;
  if (own !== undefined) return own;
  if (!isDeepStrictEqual(whole, inPieces)) {
    return `another verdict in pieces: ${JSON.stringify([whole, inPieces])}`;
  }
  const absurd = whole.facts === undefined ? [] : absurdities(whole.facts);
  return absurd.length === 0 ? undefined : `absurd facts: ${absurd.join(", ")}`;
}

/** Facts that no file can have, or that the columns would not take. */
function absurdities(facts) {
  const isCount = (value, max = MAX_INTEGER) =>
    Number.isSafeInteger(value) && value > 0 && value <= max;
  const checks =
    facts.kind === "image"
      ? {
          width: isCount(facts.width),
          height: isCount(facts.height),
          orientation: isCount(facts.orientation, 8),
          pages: isCount(facts.pages),
          hasAlpha: typeof facts.hasAlpha === "boolean",
        }
      : {
          durationSeconds: Number.isFinite(facts.durationSeconds) && facts.durationSeconds > 0,
          durationSource: ["measured", "header", "estimated"].includes(facts.durationSource),
          bitrate:
            Number.isFinite(facts.bitrate) && facts.bitrate >= 0 && facts.bitrate < MAX_INTEGER,
          sampleRate: isCount(facts.sampleRate),
          channels: isCount(facts.channels, 32_767),
          codec: typeof facts.codec === "string" && facts.codec !== "",
          lossless: typeof facts.lossless === "boolean",
          tags: Object.values(facts.tags).every(isTag),
        };
  return Object.entries({ format: FORMATS.has(facts.format), ...checks })
    .filter(([, isGood]) => !isGood)
    .map(([name]) => `${name} ${JSON.stringify(facts[name])}`);
}

function isTag(tag) {
  return (
    typeof tag === "string" &&
    tag.isWellFormed() &&
    !/\p{Cc}/u.test(tag) &&
    Array.from(tag).length <= 1000 &&
    tag !== ""
  );
}
