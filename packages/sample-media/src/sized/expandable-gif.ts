import { fillerBlock } from "../filler.js";
import { encoded } from "../images/image-sample.js";
import { drawnOpaque } from "../images/render.js";
import { pinwheel } from "../scenes/pinwheel.js";
import type { Expandable } from "./expandable.js";
import { evenParts } from "./parts.js";

/** The introducer and the label of a comment extension (GIF89a, section 24). */
const COMMENT = Uint8Array.of(0x21, 0xfe);
const TERMINATOR = Uint8Array.of(0);
const TRAILER_SIZE = 1;

/** A length byte and up to 255 bytes of content. */
const MAX_SUB_BLOCK = 256;

/** The shortest comment with content: introducer, label, one sub-block of a byte, terminator. */
const MIN_COMMENT = 5;

/** Up to 64 KiB of sub-blocks, with the length byte of each in place. */
function subBlocks(byteSize: number, index: number): Uint8Array {
  const bytes = fillerBlock(byteSize, index);
  for (const { start, size } of evenParts(byteSize, MAX_SUB_BLOCK)) bytes[start] = size - 1;
  return bytes;
}

/** Grows by a comment of many sub-blocks before the trailer. */
export async function expandableGif(): Promise<Expandable> {
  const image = drawnOpaque(pinwheel(0.05), { width: 280, height: 360 });
  const file = await encoded(image.gif({ dither: 0 }));
  const trailer = file.length - TRAILER_SIZE;
  return {
    minimumSize: file.length + MIN_COMMENT,
    *pieces(byteSize) {
      yield file.subarray(0, trailer);
      yield COMMENT;
      const length = byteSize - file.length - COMMENT.length - TERMINATOR.length;
      for (const { index, size } of evenParts(length, 65_536)) yield subBlocks(size, index);
      yield TERMINATOR;
      yield file.subarray(trailer);
    },
  };
}
