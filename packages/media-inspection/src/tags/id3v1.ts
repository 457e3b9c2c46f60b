import type { AudioTags } from "../media-facts.js";
import { genreName } from "./genres.js";
import { addNumber, addTag } from "./tag-fields.js";
import { tagText } from "./tag-text.js";

export const ID3V1_BYTES = 128;
/** The enhanced tag in front of it, `TAG+`. */
export const ENHANCED_BYTES = 227;

/** Undefined where the bytes are no ID3v1 tag. */
export function id3v1Tags(bytes: Buffer): AudioTags | undefined {
  if (bytes.length !== ID3V1_BYTES || bytes.toString("latin1", 0, 3) !== "TAG") return undefined;
  const tags: AudioTags = {};
  addTag(tags, "title", tagText(bytes.subarray(3, 33), "guess"));
  addTag(tags, "artist", tagText(bytes.subarray(33, 63), "guess"));
  addTag(tags, "album", tagText(bytes.subarray(63, 93), "guess"));
  addTag(tags, "year", tagText(bytes.subarray(93, 97), "guess"));
  addTag(tags, "comment", tagText(bytes.subarray(97, 127), "guess"));
  addTag(tags, "genre", genreName(bytes.readUInt8(127)));
  // ID3v1.1: a zero, then the number, where the comment's last characters were.
  if (bytes[125] === 0) addNumber(tags, "trackNumber", bytes.readUInt8(126));
  return tags;
}
