import { type Box, boxHead, walkBoxes } from "../audio/m4a-boxes.js";
import type { ByteCursor, Walk } from "../byte-cursor.js";
import type { AudioTags } from "../media-facts.js";
import { CoverChoice } from "./cover-choice.js";
import { genreName } from "./genres.js";
import { addNumber, addTag, type TagName } from "./tag-fields.js";
import { isPlaceName, placeBytes } from "./place-observer.js";
import { MAX_TEXT_BYTES, type TagEncoding, tagText, textSteps } from "./tag-text.js";

/** What an item of a list is read for. */
type ItemName = TagName | "cover" | "genreNumber";

const ITEMS: ReadonlyMap<string, ItemName> = new Map<string, ItemName>([
  ["\u00a9nam", "title"],
  ["\u00a9ART", "artist"],
  ["\u00a9alb", "album"],
  ["aART", "albumArtist"],
  ["\u00a9wrt", "composer"],
  ["\u00a9com", "composer"],
  ["\u00a9gen", "genre"],
  ["gnre", "genreNumber"],
  ["\u00a9cmt", "comment"],
  ["\u00a9day", "year"],
  ["trkn", "trackNumber"],
  ["disk", "discNumber"],
  // Written by mediabunny.
  ["disc", "discNumber"],
  ["covr", "cover"],
]);
/** Keys of the `mdta` kind, without prefix and in lower case; FFmpeg writes its own names so. */
const KEYS: ReadonlyMap<string, ItemName> = new Map<string, ItemName>([
  ["title", "title"],
  ["displayname", "title"],
  ["artist", "artist"],
  ["album", "album"],
  ["albumartist", "albumArtist"],
  ["composer", "composer"],
  ["genre", "genre"],
  ["comment", "comment"],
  ["year", "year"],
  ["date", "year"],
  ["creationdate", "year"],
  ["track", "trackNumber"],
  ["tracknumber", "trackNumber"],
  ["disc", "discNumber"],
  ["discnumber", "discNumber"],
  ["language", "language"],
  ["artwork", "cover"],
]);

/** Apple, "QuickTime File Format", well-known types; 0 is what old writers put for UTF-8. */
const ENCODINGS: Readonly<Record<number, TagEncoding>> = { 0: "utf-8", 1: "utf-8", 2: "utf-16be" };
const TEXT_TYPES = [1, 2];
const INTEGERS = [21, 22];
const PICTURES: Readonly<Record<number, string>> = {
  12: "image/gif",
  13: "image/jpeg",
  14: "image/png",
  27: "image/bmp",
};
/** Type (32 bits), locale (32 bits). */
const VALUE_HEADER_BYTES = 8;
/** Of a `data` box, with its type and locale. */
const DATA_HEADER_BYTES = 8 + VALUE_HEADER_BYTES;
const SPACE = 0x20;

/**
 * Reads the items of an `ilst` box. Where the list has keys, items are named by their number in these.
 */
export function* readItemList(
  source: ByteCursor,
  list: Box,
  keys: readonly string[] = [],
): Walk<AudioTags> {
  const tags: AudioTags = {};
  const covers = new CoverChoice(source.kept);
  yield* walkBoxes(source, list.end, (item) => {
    if (isPlace(item.type, keys)) return readPlace(source, item);
    const name = itemName(item.type, keys);
    if (name === undefined) return undefined;
    return walkBoxes(source, item.end, (data) => {
      if (data.type !== "data") return undefined;
      return name === "cover"
        ? readPicture(source, data, covers)
        : readValue(source, data, tags, name);
    });
  });
  if (covers.cover !== undefined) tags.cover = covers.cover;
  return tags;
}

/** Whether an item has a key that names a place. */
function isPlace(type: string, keys: readonly string[]): boolean {
  const key = keys[Buffer.from(type, "latin1").readUInt32BE(0) - 1];
  return key !== undefined && isPlaceName(key);
}

function* readPlace(source: ByteCursor, item: Box): Walk<void> {
  const { places } = source;
  if (places === undefined) return;
  const start = source.position + DATA_HEADER_BYTES;
  const size = placeBytes(item.end - source.position);
  const value = (yield* source.copy(size)).subarray(DATA_HEADER_BYTES);
  places.value(start, value, SPACE);
}

function itemName(type: string, keys: readonly string[]): ItemName | undefined {
  if (keys.length === 0) return ITEMS.get(type);
  const key = keys[Buffer.from(type, "latin1").readUInt32BE(0) - 1];
  return key === undefined ? undefined : (KEYS.get(key) ?? ITEMS.get(key));
}

function* readPicture(source: ByteCursor, box: Box, covers: CoverChoice): Walk<void> {
  const type = (yield* boxHead(source, box, VALUE_HEADER_BYTES)).readUInt32BE(0);
  if (TEXT_TYPES.includes(type)) return;
  const size = box.end - source.position;
  const bytes = source.kept && (yield* source.take(Math.min(size, source.maxValueBytes)));
  // The file may end before the box does.
  const byteSize = (bytes?.length ?? 0) + (yield* source.skip(box.end - source.position));
  covers.offer({ contentType: PICTURES[type] ?? null, byteSize }, undefined, bytes);
}

function* readValue(
  source: ByteCursor,
  box: Box,
  tags: AudioTags,
  name: TagName | "genreNumber",
): Walk<void> {
  const size = Math.min(box.end - source.position, VALUE_HEADER_BYTES + MAX_TEXT_BYTES);
  const body = yield* source.take(size);
  if (body.length < VALUE_HEADER_BYTES) return;
  const type = body.readUInt32BE(0);
  const value = body.subarray(VALUE_HEADER_BYTES);
  if (name === "genreNumber") {
    if (value.length >= 2) addTag(tags, "genre", genreName(value.readUInt16BE(0) - 1));
  } else if ((name === "trackNumber" || name === "discNumber") && type === 0 && value.length >= 4) {
    addPosition(tags, name, value);
  } else if (INTEGERS.includes(type)) {
    if (value.length >= 1 && value.length <= 6) {
      addTag(tags, name, String(value.readUIntBE(0, value.length)));
    }
  } else {
    const encoding = ENCODINGS[type];
    source.charge(textSteps(value.length));
    if (encoding !== undefined) addTag(tags, name, tagText(value, encoding));
  }
}

/** Two bytes of nothing, the number, and how many there are. */
function addPosition(tags: AudioTags, name: "trackNumber" | "discNumber", value: Buffer): void {
  addNumber(tags, name, value.readUInt16BE(2));
  const total = name === "trackNumber" ? "trackTotal" : "discTotal";
  if (value.length >= 6) addNumber(tags, total, value.readUInt16BE(4));
}
