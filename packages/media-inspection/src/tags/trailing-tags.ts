import type { ByteCursor, Walk } from "../byte-cursor.js";
import type { AudioTags } from "../media-facts.js";
import { APE_DESCRIPTOR_BYTES, apeDescriptor, readApeItems } from "./ape.js";
import { ID3V1_BYTES, id3v1Tags } from "./id3v1.js";

/** How much of a file's end is looked at: enough for an APE tag without pictures. */
export const TRAILING_TAG_BYTES = 128 * 1024;

const LYRICS3_TRAILER_BYTES = 15;

/** Tags that are found from a file's end. */
export interface TrailingTags {
  ape: AudioTags;
  id3v1: AudioTags;
  /** Of all of them, the words of Lyrics3 too. */
  bytes: number;
}

/** Reads the tags that stand at the end of an MP3: ID3v1, and APE before it. */
export function* readTrailingTags(source: ByteCursor): Walk<TrailingTags> {
  const tail = source.tail();
  const id3v1 = id3v1Tags(tail.subarray(Math.max(0, tail.length - ID3V1_BYTES)));
  const withoutId3v1 = tail.length - (id3v1 === undefined ? 0 : ID3V1_BYTES);
  const end = withoutId3v1 - lyrics3Bytes(tail.subarray(0, withoutId3v1));
  const before = tail.subarray(0, Math.max(0, end));
  const ape = yield* readApeBefore(source, before);
  return { ape, id3v1: id3v1 ?? {}, bytes: tail.length - end + apeBytesBefore(before) };
}

/** Lyrics3 v2 ends with its size in six digits, then `LYRICS200`. */
function lyrics3Bytes(tail: Buffer): number {
  const trailer = tail.toString("latin1", Math.max(0, tail.length - LYRICS3_TRAILER_BYTES));
  const match = /^(\d{6})LYRICS200$/.exec(trailer);
  return match === null ? 0 : Number(match[1]) + LYRICS3_TRAILER_BYTES;
}

/** Bytes of the APE tag that ends these bytes, with its header. */
function apeBytesBefore(tail: Buffer): number {
  const footer = apeDescriptor(tail.subarray(Math.max(0, tail.length - APE_DESCRIPTOR_BYTES)));
  if (footer === undefined) return 0;
  // The flag that there is one is not to be relied on.
  const header = tail
    .subarray(0, Math.max(0, tail.length - footer.size))
    .subarray(-APE_DESCRIPTOR_BYTES);
  return footer.size + (apeDescriptor(header) === undefined ? 0 : APE_DESCRIPTOR_BYTES);
}

/** Reads the APE tag whose footer ends these bytes. */
function* readApeBefore(source: ByteCursor, tail: Buffer): Walk<AudioTags> {
  const footer = apeDescriptor(tail.subarray(Math.max(0, tail.length - APE_DESCRIPTOR_BYTES)));
  if (footer === undefined || footer.size > tail.length) return {};
  const items = tail.subarray(tail.length - footer.size, tail.length - APE_DESCRIPTOR_BYTES);
  return yield* readApeItems(source.over(items), items.length);
}
