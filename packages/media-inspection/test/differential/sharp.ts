import sharp from "sharp";

import { known, type Reading } from "./reading.js";

/** Reads an image with sharp; its width and height are as stored, these are as displayed. */
export async function readWithSharp(bytes: Uint8Array): Promise<Reading> {
  const meta = await sharp(bytes, { pages: -1 }).metadata();
  const { format, width, orientation = 1, hasAlpha, pages = 1 } = meta;
  const height = meta.pageHeight ?? meta.height;
  const isTurned = orientation >= 5;
  return known({
    format,
    width: isTurned ? height : width,
    height: isTurned ? width : height,
    orientation,
    // It reads only the first frame of an APNG.
    pages: format === "png" ? undefined : pages,
    // To libvips every animated GIF has alpha.
    hasAlpha: format === "gif" && pages > 1 ? undefined : hasAlpha,
  });
}
