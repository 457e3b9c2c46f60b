import type { Box } from "../audio/m4a-boxes.js";
import type { ByteCursor, Walk } from "../byte-cursor.js";
import type { AudioTags } from "../media-facts.js";
import { addNumber, addTag, type TagName } from "./tag-fields.js";
import { placeBytes, type PlaceObserver } from "./place-observer.js";
import { MAX_TEXT_BYTES, type TagEncoding, tagText, textSteps } from "./tag-text.js";

/** Apple, "QuickTime File Format", User Data Atoms: strings with their length and language. */
const QUICKTIME_NAMES: ReadonlyMap<string, TagName> = new Map([
  ["\u00a9nam", "title"],
  ["\u00a9ART", "artist"],
  ["\u00a9prf", "artist"],
  ["\u00a9aut", "artist"],
  ["\u00a9alb", "album"],
  ["\u00a9com", "composer"],
  ["\u00a9wrt", "composer"],
  ["\u00a9gen", "genre"],
  ["\u00a9cmt", "comment"],
  ["\u00a9day", "year"],
  ["\u00a9trk", "trackNumber"],
]);
/** 3GPP TS 26.244, 8.2: strings that end with a zero. */
const MOBILE_NAMES: ReadonlyMap<string, TagName> = new Map([
  ["titl", "title"],
  ["perf", "artist"],
  ["auth", "artist"],
  ["albm", "album"],
  ["gnre", "genre"],
  ["dscp", "comment"],
]);
const YEAR = "yrrc";
const PLACES = ["\u00a9xyz", "loci"];
/** Languages below are those of the old Mac OS, whose encodings are not told. */
const FIRST_PACKED_LANGUAGE = 0x400;

/** Adds what a box in a `udta` box says, if it is one that is read; undefined if not. */
export function readUserData(
  source: ByteCursor,
  box: Box,
  tags: AudioTags,
): Walk<void> | undefined {
  const place = readPlaceBox(source, box);
  if (place !== undefined) return place;
  const quickTime = QUICKTIME_NAMES.get(box.type);
  if (quickTime !== undefined) return readQuickTimeString(source, box, tags, quickTime);
  const mobile = MOBILE_NAMES.get(box.type);
  if (mobile !== undefined) return readMobileString(source, box, tags, mobile);
  return box.type === YEAR ? readYear(source, box, tags) : undefined;
}

/** Names a box in a `udta` box that is a place, where places are of interest; undefined if it is none. */
export function readPlaceBox(source: ByteCursor, box: Box): Walk<void> | undefined {
  return source.places !== undefined && PLACES.includes(box.type)
    ? namePlace(source, box, source.places)
    : undefined;
}

function* namePlace(source: ByteCursor, box: Box, places: PlaceObserver): Walk<void> {
  const { position } = source;
  const body = yield* source.copy(placeBytes(box.end - position));
  places.box(box.start, position, position + body.length);
}

/** The first of several strings, which are translations. */
function* readQuickTimeString(
  source: ByteCursor,
  box: Box,
  tags: AudioTags,
  name: TagName,
): Walk<void> {
  const body = yield* source.take(Math.min(box.end - source.position, 4 + MAX_TEXT_BYTES));
  if (body.length < 4) return;
  const text = body.subarray(4, 4 + body.readUInt16BE(0));
  const isPacked = body.readUInt16BE(2) >= FIRST_PACKED_LANGUAGE;
  addText(source, tags, name, text, isPacked ? "utf-8" : "guess");
}

function* readMobileString(
  source: ByteCursor,
  box: Box,
  tags: AudioTags,
  name: TagName,
): Walk<void> {
  const body = yield* source.take(Math.min(box.end - source.position, 6 + MAX_TEXT_BYTES));
  addText(source, tags, name, body.subarray(6), "utf-8");
  // The number of the track stands behind the album's zero.
  const end = body.indexOf(0, 6);
  if (name === "album" && end > 0 && end === body.length - 2) {
    addNumber(tags, "trackNumber", body.readUInt8(end + 1));
  }
}

function* readYear(source: ByteCursor, box: Box, tags: AudioTags): Walk<void> {
  const body = yield* source.take(Math.min(box.end - source.position, 6));
  if (body.length === 6) addNumber(tags, "year", body.readUInt16BE(4));
}

/** A byte order mark says that a text is UTF-16. */
function addText(
  source: ByteCursor,
  tags: AudioTags,
  name: TagName,
  text: Buffer,
  encoding: TagEncoding,
): void {
  source.charge(textSteps(text.length));
  const mark = text.length < 2 ? 0 : text.readUInt16BE(0);
  if (mark === 0xfeff) addTag(tags, name, tagText(text.subarray(2), "utf-16be"));
  else if (mark === 0xfffe) addTag(tags, name, tagText(text.subarray(2), "utf-16le"));
  else addTag(tags, name, tagText(text, encoding));
}
