import type { Channels, Sharp } from "sharp";

import type { Size } from "../variants/placement.js";
import type { CompleteRecipe } from "../variants/recipe.js";
import type { PictureSource } from "./original.js";
import { sharp } from "./restricted-sharp.js";

/** The fits that neither crop nor add bars, by the one whose scale they share. */
const WHOLE_FITS = {
  cover: "outside",
  contain: "inside",
  inside: "inside",
  outside: "outside",
  fill: "fill",
} as const;

/** The whole displayed picture at a scale: upright, sRGB and not compressed. */
export class WholePicture implements PictureSource {
  private constructor(
    private readonly pixels: Buffer,
    private readonly channels: Channels,
    readonly size: Size,
  ) {}

  /** Scales a picture for a recipe. */
  static async make(
    source: PictureSource,
    { width, height, fit, withoutEnlargement }: CompleteRecipe,
  ): Promise<WholePicture> {
    const { data, info } = await source
      .open()
      .resize({ width, height, fit: WHOLE_FITS[fit], withoutEnlargement })
      .raw()
      .toBuffer({ resolveWithObject: true });
    return new WholePicture(data, info.channels, { width: info.width, height: info.height });
  }

  open(): Sharp {
    const { channels } = this;
    return sharp(this.pixels, { raw: { ...this.size, channels }, limitInputPixels: false });
  }
}
