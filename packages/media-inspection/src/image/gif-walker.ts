import { InspectionError } from "../errors.js";
import type { ByteCursor, Walk } from "../byte-cursor.js";
import type { ImageFacts } from "../media-facts.js";
import { colourTableSize, EXTENSION, GRAPHIC_CONTROL, IMAGE, SUB_BLOCKS } from "./gif-blocks.js";
import { checkCanvas, checkPages, imageFacts } from "./image-facts.js";

const TRANSPARENT = 0x01;

/**
 * GIF, from the GIF89a specification (CompuServe, 1990). Counts image descriptors; the first
 * byte that begins no block ends the count, as it ends decoding. A first image that reaches beyond
 * the canvas widens it, as in browsers; of later ones what lies outside is cut off.
 */
export function* walkGif(source: ByteCursor): Walk<ImageFacts> {
  const header = yield* source.take(13);
  if (header.length < 13) {
    throw new InspectionError(
      "invalid_media",
      `The GIF ends after ${header.length} bytes, inside its header.`,
    );
  }
  let width = header.readUInt16LE(6);
  let height = header.readUInt16LE(8);
  checkCanvas("gif", { width: width || 1, height: height || 1 }, source.limits);
  yield* source.skip(colourTableSize(header.readUInt8(10)));

  let pages = 0;
  let hasAlpha = false;
  let transparent = false;
  let complete = true;
  for (;;) {
    const introducer = (yield* source.take(1))[0];
    if (introducer === EXTENSION) {
      const label = (yield* source.take(1))[0];
      if (label === GRAPHIC_CONTROL) {
        const control = yield* source.peek(2);
        transparent = ((control[1] ?? 0) & TRANSPARENT) !== 0;
      }
      yield* skipSubBlocks(source);
    } else if (introducer === IMAGE) {
      const descriptor = yield* source.take(9);
      if (descriptor.length < 9) break;
      pages += 1;
      if (pages === 1) {
        width = Math.max(width, descriptor.readUInt16LE(0) + descriptor.readUInt16LE(4));
        height = Math.max(height, descriptor.readUInt16LE(2) + descriptor.readUInt16LE(6));
        checkCanvas("gif", { width, height }, source.limits);
      }
      checkPages("gif", pages, source.limits);
      hasAlpha ||= transparent;
      transparent = false;
      const lzwCodeSize = 1;
      yield* source.skip(colourTableSize(descriptor.readUInt8(8)) + lzwCodeSize);
      complete = yield* skipSubBlocks(source);
    } else {
      break;
    }
  }

  if (pages === 0)
    throw new InspectionError("invalid_media", "The GIF has a header but holds no image.");
  return imageFacts("gif", { width, height, orientation: 1, pages, hasAlpha, complete });
}

/** False where the file ends before they do. */
function* skipSubBlocks(source: ByteCursor): Walk<boolean> {
  yield* source.hop(SUB_BLOCKS);
  return (yield* source.take(1)).length === 1;
}
