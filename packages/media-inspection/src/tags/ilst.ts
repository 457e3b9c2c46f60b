import { type Box, walkBoxes } from "../audio/m4a-boxes.js";
import type { ByteCursor, Walk } from "../byte-cursor.js";
import type { AudioTags } from "../media-facts.js";
import { addTag, type TagName } from "./tag-fields.js";
import { type TagEncoding, tagText, textSteps } from "./tag-text.js";

const NAMES: ReadonlyMap<string, TagName> = new Map([
  ["\u00a9nam", "title"],
  ["\u00a9ART", "artist"],
  ["\u00a9alb", "album"],
]);
/** Apple, "QuickTime File Format", well-known types; 0 is what old writers put for UTF-8. */
const ENCODINGS: Readonly<Record<number, TagEncoding>> = { 0: "utf-8", 1: "utf-8", 2: "utf-16be" };

/** Reads the items of an `ilst` box; pictures and other items are passed over. */
export function* readItemList(source: ByteCursor, list: Box): Walk<AudioTags> {
  const tags: AudioTags = {};
  yield* walkBoxes(source, list.end, (item) => {
    const name = NAMES.get(item.type);
    if (name === undefined || tags[name] !== undefined) return undefined;
    return walkBoxes(source, item.end, (data) =>
      data.type === "data" && data.end - source.position <= source.limits.maxTagBytes
        ? readData(source, data, tags, name)
        : undefined,
    );
  });
  return tags;
}

/** Type (32 bits), locale (32 bits), value. */
function* readData(source: ByteCursor, box: Box, tags: AudioTags, name: TagName): Walk<void> {
  const body = yield* source.take(box.end - source.position);
  source.charge(textSteps(body.length));
  const encoding = body.length < 8 ? undefined : ENCODINGS[body.readUInt32BE(0)];
  if (encoding !== undefined) addTag(tags, name, tagText(body.subarray(8), encoding));
}
