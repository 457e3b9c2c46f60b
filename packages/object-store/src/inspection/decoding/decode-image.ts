import sharp from "sharp";

import type { DecodeJob } from "./protocol.js";

const ANIMATED = new Set<DecodeJob["format"]>(["gif", "webp"]);

/** Leaves libvips the loaders of our four formats only, and one thread. */
export function restrictDecoder(): void {
  sharp.block({ operation: ["VipsForeignLoad"] });
  sharp.unblock({
    operation: [
      "VipsForeignLoadJpeg",
      "VipsForeignLoadPng",
      "VipsForeignLoadWebp",
      "VipsForeignLoadNsgif",
    ],
  });
  sharp.cache(false);
  sharp.concurrency(1);
}

/**
 * Decodes every pixel of every page and gives what the decoder complains of. Of an animated PNG it
 * decodes the first picture, as libvips does.
 */
export async function decodeImage(
  bytes: Uint8Array,
  { format, maxPixels }: Pick<DecodeJob, "format" | "maxPixels">,
): Promise<string | undefined> {
  try {
    await sharp(bytes, {
      animated: ANIMATED.has(format),
      failOn: "warning",
      // It counts the pixels of all pages; canvas and pages have been checked one by one.
      limitInputPixels: ANIMATED.has(format) ? false : maxPixels,
      sequentialRead: true,
    })
      // An explicit colour space keeps libvips from loading a JPEG or WebP at a smaller scale.
      .pipelineColourspace("srgb")
      // Averages all pixels line by line: nothing of the size of the picture is kept.
      .resize(1, 1, { fit: "fill" })
      .raw()
      .toBuffer();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
