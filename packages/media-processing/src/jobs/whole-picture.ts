import type { Channels, Sharp } from "sharp";

import type { Size } from "../variants/placement.js";
import type { PictureSource } from "./original.js";
import { sharp } from "./restricted-sharp.js";

/**
 * The largest scale at which a smaller picture is made from a larger one instead of from the original:
 * beyond it, the twice filtered one could be told from it.
 */
const MAX_STEP = 0.5;

/** The whole displayed picture at a scale: upright, sRGB and not compressed. */
export class WholePicture implements PictureSource {
  private constructor(
    private readonly pixels: Buffer,
    private readonly channels: Channels,
    private readonly size: Size,
  ) {}

  static async make(source: PictureSource, { width, height }: Size): Promise<WholePicture> {
    const { data, info } = await source
      .open()
      .resize(width, height, { fit: "fill" })
      .raw()
      .toBuffer({ resolveWithObject: true });
    return new WholePicture(data, info.channels, { width, height });
  }

  open(): Sharp {
    const { channels } = this;
    return sharp(this.pixels, { raw: { ...this.size, channels }, limitInputPixels: false });
  }

  isOf(size: Size): boolean {
    return isSame(this.size, size);
  }

  serves(scaled: Size): boolean {
    return serves(this.size, scaled);
  }
}

/** Whether a whole picture of one size is good enough to make one of another from it. */
export function serves(whole: Size, scaled: Size): boolean {
  const isMuchSmaller =
    scaled.width <= whole.width * MAX_STEP && scaled.height <= whole.height * MAX_STEP;
  return isMuchSmaller || isSame(whole, scaled);
}

function isSame(one: Size, other: Size): boolean {
  return one.width === other.width && one.height === other.height;
}
