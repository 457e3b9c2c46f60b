import type { AudioTags } from "../media-facts.js";
import { APE_DESCRIPTOR_BYTES, apeDescriptor, apeTags } from "./ape.js";
import { addTag, mergeTags } from "./tag-fields.js";
import { tagText } from "./tag-text.js";

/** How much of a file's end is looked at: enough for an APE tag without pictures. */
export const TRAILING_TAG_BYTES = 128 * 1024;

export const ID3V1_BYTES = 128;
const LYRICS3_TRAILER_BYTES = 15;

/** Reads the tags that stand at the end of an MP3: ID3v1, and APEv2 before it. */
export function trailingTags(tail: Buffer): AudioTags {
  let end = tail.length;
  const id3v1: AudioTags = {};
  const last = tail.subarray(Math.max(0, end - ID3V1_BYTES));
  if (last.length === ID3V1_BYTES && last.toString("latin1", 0, 3) === "TAG") {
    addTag(id3v1, "title", tagText(last.subarray(3, 33), "guess"));
    addTag(id3v1, "artist", tagText(last.subarray(33, 63), "guess"));
    addTag(id3v1, "album", tagText(last.subarray(63, 93), "guess"));
    end -= ID3V1_BYTES;
  }
  end -= lyrics3Bytes(tail.subarray(0, end));
  return mergeTags([trailingApeTags(tail.subarray(0, Math.max(0, end))), id3v1]);
}

/** Lyrics3 v2 ends with its size in six digits, then `LYRICS200`. */
function lyrics3Bytes(tail: Buffer): number {
  const trailer = tail.toString("latin1", Math.max(0, tail.length - LYRICS3_TRAILER_BYTES));
  const match = /^(\d{6})LYRICS200$/.exec(trailer);
  return match === null ? 0 : Number(match[1]) + LYRICS3_TRAILER_BYTES;
}

function trailingApeTags(tail: Buffer): AudioTags {
  const footer = apeDescriptor(tail.subarray(Math.max(0, tail.length - APE_DESCRIPTOR_BYTES)));
  if (footer === undefined || footer.size > tail.length) return {};
  return apeTags(tail.subarray(tail.length - footer.size), footer.items);
}
