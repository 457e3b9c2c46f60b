import type { Sharp } from "sharp";

import { focalCrop, frameSize, isSameSize, scaledSize, type Size } from "../variants/placement.js";
import {
  type CompleteRecipe,
  type FocalPoint,
  VARIANT_FORMATS,
  type VariantContentType,
} from "../variants/recipe.js";

/** A variant. It has no metadata of the source. */
export interface RenderedPicture {
  bytes: Uint8Array;
  contentType: VariantContentType;
  /** Pixels. */
  width: number;
  /** Pixels of one frame. */
  height: number;
  /** Frames. */
  pageCount: number;
}

export function isFocal(position: CompleteRecipe["position"]): position is FocalPoint {
  return typeof position === "object";
}

/** Scales the displayed picture and cuts the variant from it. */
export function cut(image: Sharp, from: Size, recipe: CompleteRecipe): Sharp {
  const { width, height, fit, position, background, withoutEnlargement, format } = recipe;
  if (isFocal(position)) {
    const scaled = scaledSize(recipe, from);
    image.resize({ ...scaled, fit: "fill" });
    const frame = frameSize(recipe, scaled);
    if (!isSameSize(scaled, frame)) image.extract(focalCrop(position, scaled, frame));
  } else {
    image.resize({ width, height, fit, position, background, withoutEnlargement });
  }
  return format === "jpeg" ? image.flatten({ background }) : image;
}

export async function encode(image: Sharp, recipe: CompleteRecipe): Promise<RenderedPicture> {
  const { format, quality, effort } = recipe;
  const { data, info } = await image
    .toFormat(format, { quality, effort })
    .toBuffer({ resolveWithObject: true });
  return {
    bytes: data,
    contentType: VARIANT_FORMATS[format].contentType,
    width: info.width,
    height: info.pageHeight ?? info.height,
    pageCount: info.pages ?? 1,
  };
}
