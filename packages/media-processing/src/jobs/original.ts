import type { Sharp, SharpOptions } from "sharp";

import type { Size } from "../variants/placement.js";
import { sharp } from "./restricted-sharp.js";

/** Pixels that pictures are made from. */
export interface PictureSource {
  /** A new pipeline that begins with the displayed picture. */
  open(): Sharp;
}

/** An encoded picture and what its header says. */
export class Original implements PictureSource {
  private constructor(
    private readonly bytes: Uint8Array,
    private readonly maxPixels: number,
    /** Of one frame. */
    readonly displayed: Size,
    readonly isTurned: boolean,
    readonly pageCount: number,
    readonly hasRgbProfile: boolean,
  ) {}

  /** Reads the header. */
  static async read(bytes: Uint8Array, maxPixels: number): Promise<Original> {
    const header = await sharp(bytes, optionsOf(maxPixels)).metadata();
    const isTurned = (header.orientation ?? 1) > 1;
    const hasRgbProfile =
      header.space !== "cmyk" && header.icc?.toString("latin1", 16, 20) === "RGB ";
    const pageCount = header.pages ?? 1;
    return new Original(bytes, maxPixels, header.autoOrient, isTurned, pageCount, hasRgbProfile);
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
