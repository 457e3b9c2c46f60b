import type { Sharp } from "sharp";

import type { Placement } from "../variants/placement.js";
import { type CompleteRecipe, VARIANT_FORMATS } from "../variants/recipe.js";
import type { RenderedPicture } from "./render.js";

export function isPlacedByContent(
  position: CompleteRecipe["position"],
): position is "attention" | "entropy" {
  return position === "attention" || position === "entropy";
}

export function isCrop({ scaled, width, height }: Placement): boolean {
  return width < scaled.width || height < scaled.height;
}

/** Scales the displayed picture and cuts the variant from it. */
export function cut(image: Sharp, placement: Placement, recipe: CompleteRecipe): Sharp {
  const { position, background, format } = recipe;
  const { scaled, left, top, width, height } = placement;
  if (isPlacedByContent(position)) {
    const { withoutEnlargement } = recipe;
    image.resize({ width: recipe.width, height: recipe.height, position, withoutEnlargement });
  } else {
    image.resize(scaled.width, scaled.height, { fit: "fill" });
    if (isCrop(placement)) image.extract({ left, top, width, height });
    else if (width > scaled.width || height > scaled.height) {
      const right = width - scaled.width + left;
      const bottom = height - scaled.height + top;
      image.extend({ left: Math.abs(left), top: Math.abs(top), right, bottom, background });
    }
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
