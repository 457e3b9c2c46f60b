import type { ByteCursor, Walk } from "../byte-cursor.js";
import type { AudioTags } from "../media-facts.js";
import { addTag, type TagName } from "./tag-fields.js";
import { MAX_TEXT_BYTES, tagText, textSteps } from "./tag-text.js";

/** The specification's names, and those that taggers agree on. */
const NAMES: ReadonlyMap<string, TagName> = new Map([
  ["INAM", "title"],
  ["IART", "artist"],
  ["IPRD", "album"],
  ["IAAR", "albumArtist"],
  ["IMUS", "composer"],
  ["ICOM", "composer"],
  ["IGNR", "genre"],
  ["ICMT", "comment"],
  ["ILNG", "language"],
  ["ICRD", "year"],
  ["IYER", "year"],
  ["ITRK", "trackNumber"],
  ["IPRT", "trackNumber"],
  ["IDSK", "discNumber"],
  ["TITL", "title"],
  ["GENR", "genre"],
  ["COMM", "comment"],
  ["LANG", "language"],
  ["YEAR", "year"],
  ["TRCK", "trackNumber"],
]);

/**
 * Reads a `LIST` chunk up to the offset `end`: values of an `INFO` list (Microsoft and IBM,
 * "Multimedia Programming Interface and Data Specifications 1.0", 2-14), nothing of others.
 */
export function* readInfoList(source: ByteCursor, end: number): Walk<AudioTags> {
  const tags: AudioTags = {};
  if (source.position + 4 > end) return tags;
  const type = yield* source.take(4);
  if (type.toString("latin1") !== "INFO") return tags;
  while (source.position + 8 <= end) {
    const header = yield* source.take(8);
    if (header.length < 8) break;
    const size = header.readUInt32LE(4);
    const next = source.position + size + (size % 2);
    if (source.position + size > end) break;
    const name = NAMES.get(header.toString("latin1", 0, 4));
    if (name !== undefined && tags[name] === undefined) {
      const kept = Math.min(size, MAX_TEXT_BYTES + 1, source.limits.maxTagBytes);
      const value = yield* source.take(kept);
      source.charge(textSteps(kept));
      addTag(tags, name, tagText(value, "guess"));
    }
    yield* source.skip(next - source.position);
  }
  return tags;
}
