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
          tags: Object.entries(facts.tags).every(isTag),
        };
  return Object.entries({ format: FORMATS.has(facts.format), ...checks })
    .filter(([, isGood]) => !isGood)
    .map(([name]) => `${name} ${JSON.stringify(facts[name])}`);
}

const NUMBERS = new Set(["year", "trackNumber", "trackTotal", "discNumber", "discTotal"]);

function isTag([name, value]) {
  if (NUMBERS.has(name)) {
    return (
      Number.isSafeInteger(value) && value > 0 && value <= (name === "year" ? 9999 : MAX_INTEGER)
    );
  }
  if (name === "cover") return isCover(value);
  return name === "chapters" ? areChapters(value) : isText(value);
}

function isCover({ contentType, byteSize }) {
  const isType = contentType === null || (isText(contentType) && contentType.includes("/"));
  return isType && Number.isSafeInteger(byteSize) && byteSize > 0;
}

function areChapters(chapters) {
  return (
    chapters.length > 0 &&
    chapters.length <= 1000 &&
    chapters.every(
      ({ startSeconds, title }, index) =>
        Number.isFinite(startSeconds) &&
        startSeconds >= (chapters[index - 1]?.startSeconds ?? 0) &&
        (title === undefined || isText(title)),
    )
  );
}

function isText(text) {
  return (
    typeof text === "string" &&
    text.isWellFormed() &&
    !/[\p{Cc}\p{Noncharacter_Code_Point}\u202a-\u202e\u2028\u2029]/u.test(text) &&
    Array.from(text).length <= 1000 &&
    text !== ""
  );
}
