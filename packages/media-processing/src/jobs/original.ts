import type { Sharp, SharpOptions } from "sharp";

import type { Size } from "../variants/placement.js";
import { sharp } from "./restricted-sharp.js";

/** Pixels that pictures are made from. */
export interface PictureSource {
  /** Of one frame. */
  readonly size: Size;
  /** A new pipeline that begins with the displayed picture. */
  open(): Sharp;
}

/** An encoded picture and what its header says. */
export class Original implements PictureSource {
  private constructor(
    private readonly bytes: Uint8Array,
    private readonly maxPixels: number,
    readonly format: string,
    /** As displayed. */
    readonly size: Size,
    readonly isTurned: boolean,
    readonly pageCount: number,
    readonly hasRgbProfile: boolean,
  ) {}

  /** Reads the header. */
  static async read(bytes: Uint8Array, maxPixels: number): Promise<Original> {
    const { format, autoOrient, orientation, pages, space, icc } = await sharp(
      bytes,
      optionsOf(maxPixels),
    ).metadata();
    const isTurned = (orientation ?? 1) > 1;
    const hasRgbProfile = space !== "cmyk" && icc?.toString("latin1", 16, 20) === "RGB ";
    return new Original(bytes, maxPixels, format, autoOrient, isTurned, pages ?? 1, hasRgbProfile);
  }

  /** @param animated opens all frames instead of the first; they cannot be turned */
  open(animated = false): Sharp {
    return sharp(this.bytes, { ...optionsOf(this.maxPixels), animated }).autoOrient();
  }
}

function optionsOf(maxPixels: number): SharpOptions {
  // Viewers show what the decoder only warns of.
  return { failOn: "error", limitInputPixels: maxPixels };
}
