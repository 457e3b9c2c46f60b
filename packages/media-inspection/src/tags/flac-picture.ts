import type { CoverFacts } from "../media-facts.js";
import { contentTypeOf } from "./cover-choice.js";

/** What of a picture is looked at: what comes before its bytes is far shorter. */
export const PICTURE_HEAD_BYTES = 4096;

/** Width, height, depth and colours. */
const MEASURES_BYTES = 16;
const LINK = "-->";

/** A picture, and what it shows as numbered in ID3v2. */
export interface FlacPicture extends CoverFacts {
  kind: number;
  /** Where its bytes begin, from the beginning of the block. */
  bytesAt: number;
}

/**
 * RFC 9639, 8.8, from the beginning of a block of `size` bytes. Undefined where it is broken, or only
 * a link.
 */
export function flacPicture(head: Buffer, size: number): FlacPicture | undefined {
  if (head.length < 8) return undefined;
  const typeEnd = 8 + head.readUInt32BE(4);
  if (typeEnd + 4 > head.length) return undefined;
  const lengthAt = typeEnd + 4 + head.readUInt32BE(typeEnd) + MEASURES_BYTES;
  if (lengthAt + 4 > head.length) return undefined;
  const declared = head.toString("latin1", 8, typeEnd);
  const byteSize = head.readUInt32BE(lengthAt);
  if (declared === LINK || lengthAt + 4 + byteSize > size) return undefined;
  return {
    contentType: contentTypeOf(declared),
    byteSize,
    kind: head.readUInt32BE(0),
    bytesAt: lengthAt + 4,
  };
}

/** The bytes of a picture, as many as there are in the beginning of its block. */
export function pictureBytes(head: Buffer, { bytesAt, byteSize }: FlacPicture): Buffer {
  return head.subarray(bytesAt, bytesAt + byteSize);
}
