import { damageOf, type ImageDamage } from "./damage.js";
import { sharp } from "./restricted-sharp.js";

export interface DecodeData {
  format: "jpeg" | "png" | "webp" | "gif";
  /** Limit for one picture; the frames of an animation have been checked before. */
  maxPixels: number;
}

export interface DecodeAnswer {
  /** Undefined if every pixel could be decoded. */
  damage: ImageDamage | undefined;
}

/** Decodes every pixel of every frame; of an animated PNG the first picture only, as libvips does. */
export async function decode(
  bytes: Uint8Array,
  { format, maxPixels }: DecodeData,
): Promise<DecodeAnswer> {
  const animated = format === "gif" || format === "webp";
  try {
    await sharp(bytes, {
      animated,
      failOn: "warning",
      // sharp would compare the pixels of all frames together with the limit.
      limitInputPixels: animated ? false : maxPixels,
      sequentialRead: true,
    })
      // An explicit colour space keeps libvips from loading a JPEG or WebP at a smaller scale.
      .pipelineColourspace("srgb")
      // Averages the pixels line by line, so that the whole picture is never in memory.
      .resize(1, 1, { fit: "fill" })
      .raw()
      .toBuffer();
    return { damage: undefined };
  } catch (error) {
    return { damage: damageOf(error) };
  }
}
