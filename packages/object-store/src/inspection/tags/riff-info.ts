import type { ByteCursor, Walk } from "../byte-cursor.js";
import type { InspectionLimits } from "../inspection-limits.js";
import type { AudioTags } from "../media-facts.js";
import type { PartCounter } from "../part-counter.js";
import { addTag, type TagName, tagText } from "./tag-text.js";

const NAMES: ReadonlyMap<string, TagName> = new Map([
  ["INAM", "title"],
  ["IART", "artist"],
  ["IPRD", "album"],
]);

/**
 * Reads a `LIST` chunk up to the offset `end`: values of an `INFO` list (Microsoft and IBM,
 * "Multimedia Programming Interface and Data Specifications 1.0", 2-14), nothing of others.
 */
export function* readInfoList(
  source: ByteCursor,
  end: number,
  limits: InspectionLimits,
  parts: PartCounter,
): Walk<AudioTags> {
  const tags: AudioTags = {};
  if (source.position + 4 > end) return tags;
  const type = yield* source.take(4);
  if (type.toString("latin1") !== "INFO") return tags;
  while (source.position + 8 <= end) {
    parts.count();
    const header = yield* source.take(8);
    if (header.length < 8) break;
    const size = header.readUInt32LE(4);
    const next = source.position + size + (size % 2);
    if (source.position + size > end) break;
    const name = NAMES.get(header.toString("latin1", 0, 4));
    if (name !== undefined && size <= limits.maxTagBytes) {
      addTag(tags, name, tagText(yield* source.take(size), "guess"));
    }
    yield* source.skip(next - source.position);
  }
  return tags;
}
