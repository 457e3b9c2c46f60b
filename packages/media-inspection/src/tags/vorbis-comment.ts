import type { ByteCursor, Walk } from "../byte-cursor.js";
import type { AudioTags } from "../media-facts.js";
import { isPlaceName, placeBytes } from "./place-observer.js";
import { textSteps } from "./tag-text.js";
import { LONGEST_KEY, VorbisValues } from "./vorbis-values.js";

const SPACE = 0x20;

/**
 * Reads a FLAC VORBIS_COMMENT block (RFC 9639, 8.6) that ends at the offset `end`; pictures and
 * other long values are passed over. A broken block gives fewer values, never an error.
 */
export function* readVorbisComment(source: ByteCursor, end: number): Walk<AudioTags> {
  const values = new VorbisValues(source.kept);
  const vendor = yield* readLength(source, end);
  if (vendor === undefined) return {};
  yield* source.skip(vendor);
  const count = yield* source.take(source.position + 4 <= end ? 4 : 0);
  const fields = count.length < 4 ? 0 : count.readUInt32LE(0);

  for (let index = 0; index < fields; index += 1) {
    const length = yield* readLength(source, end);
    if (length === undefined) break;
    const head = (yield* source.peek(Math.min(length, LONGEST_KEY))).toString("latin1");
    const key = head.slice(0, head.indexOf("=") + 1).toUpperCase();
    if (source.places !== undefined && isPlaceName(key)) {
      const { position } = source;
      const value = (yield* source.copy(placeBytes(length))).subarray(key.length);
      source.places.value(position + key.length, value, SPACE);
    }
    const kept = Math.min(values.wantedBytes(key), length, source.maxValueBytes);
    if (kept > 0) {
      const field = yield* source.take(kept);
      source.charge(textSteps(kept));
      values.add(key, field.subarray(key.length), length - key.length);
    }
    yield* source.skip(length - kept);
  }
  return values.tags();
}

/** A length that fits before `end`. */
function* readLength(source: ByteCursor, end: number): Walk<number | undefined> {
  if (source.position + 4 > end) return undefined;
  const bytes = yield* source.take(4);
  if (bytes.length < 4) return undefined;
  const length = bytes.readUInt32LE(0);
  return source.position + length > end ? undefined : length;
}
