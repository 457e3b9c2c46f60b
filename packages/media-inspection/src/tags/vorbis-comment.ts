import type { ByteCursor, Walk } from "../byte-cursor.js";
import type { AudioTags } from "../media-facts.js";
import { addTag, type TagName } from "./tag-fields.js";
import { tagText, textSteps } from "./tag-text.js";

const NAMES: ReadonlyMap<string, TagName> = new Map([
  ["TITLE=", "title"],
  ["ARTIST=", "artist"],
  ["ALBUM=", "album"],
]);
const LONGEST_NAME = "ARTIST=".length;

/**
 * Reads a FLAC VORBIS_COMMENT block (RFC 9639, 8.6) that ends at the offset `end`; pictures and
 * other long values are passed over. A broken block gives fewer values, never an error.
 */
export function* readVorbisComment(source: ByteCursor, end: number): Walk<AudioTags> {
  const tags: AudioTags = {};
  const vendor = yield* readLength(source, end);
  if (vendor === undefined) return tags;
  yield* source.skip(vendor);
  const count = yield* source.take(source.position + 4 <= end ? 4 : 0);
  const fields = count.length < 4 ? 0 : count.readUInt32LE(0);

  for (let index = 0; index < fields; index += 1) {
    const length = yield* readLength(source, end);
    if (length === undefined) break;
    const head = (yield* source.peek(Math.min(length, LONGEST_NAME))).toString("latin1");
    const key = head.slice(0, head.indexOf("=") + 1).toUpperCase();
    const name = NAMES.get(key);
    const isWanted = name !== undefined && tags[name] === undefined;
    if (!isWanted || length > source.limits.maxTagBytes) {
      yield* source.skip(length);
    } else {
      const field = yield* source.take(length);
      source.charge(textSteps(length));
      addTag(tags, name, tagText(field.subarray(key.length), "utf-8"));
    }
  }
  return tags;
}

/** A length that fits before `end`. */
function* readLength(source: ByteCursor, end: number): Walk<number | undefined> {
  if (source.position + 4 > end) return undefined;
  const bytes = yield* source.take(4);
  if (bytes.length < 4) return undefined;
  const length = bytes.readUInt32LE(0);
  return source.position + length > end ? undefined : length;
}
