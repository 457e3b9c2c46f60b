import { type CompleteRecipe, completeRecipe, type VariantRecipe } from "./recipe.js";

/** Pixels. */
export interface Size {
  width: number;
  height: number;
}

type Scaling = Pick<CompleteRecipe, "width" | "height" | "fit" | "withoutEnlargement">;

/**
 * The size of a variant of a picture whose displayed size is given. If only one side is given, a JPEG's
 * other side may differ by one pixel, as decoders round at a smaller scale.
 */
export function variantSize(recipe: VariantRecipe, displayed: Size): Size {
  const complete = completeRecipe(recipe);
  return frameSize(complete, scaledSize(complete, displayed));
}

/** The size of the whole picture, scaled as sharp does, before it is cropped or gets bars. */
export function scaledSize({ width, height, fit, withoutEnlargement }: Scaling, from: Size): Size {
  let across = width === undefined ? undefined : from.width / width;
  let down = height === undefined ? undefined : from.height / height;
  if (fit === "fill") {
    across ??= 1;
    down ??= 1;
  } else if (across === undefined || down === undefined) {
    across = down = across ?? down ?? 1;
  } else {
    const choose = fit === "cover" || fit === "outside" ? Math.min : Math.max;
    across = down = choose(across, down);
  }
  const scaled = (side: number, shrink: number) =>
    Math.max(1, Math.round(side / (withoutEnlargement ? Math.max(1, shrink) : shrink)));
  return { width: scaled(from.width, across), height: scaled(from.height, down) };
}

/** The size of a variant that is cut from the scaled picture. */
export function frameSize({ width, height, fit }: Scaling, scaled: Size): Size {
  if (fit !== "cover" && fit !== "contain") return scaled;
  const choose = fit === "cover" ? Math.min : Math.max;
  return {
    width: choose(scaled.width, width ?? scaled.width),
    height: choose(scaled.height, height ?? scaled.height),
  };
}

/** Centres a crop on a point, as far as the picture reaches. */
export function focalCrop(
  { x, y }: { x: number; y: number },
  scaled: Size,
  { width, height }: Size,
): Size & { left: number; top: number } {
  const offset = (fraction: number, side: number, frame: number) =>
    Math.min(Math.max(0, Math.round(fraction * side - frame / 2)), side - frame);
  const left = offset(x, scaled.width, width);
  return { left, top: offset(y, scaled.height, height), width, height };
}

export function isSameSize(one: Size, other: Size): boolean {
  return one.width === other.width && one.height === other.height;
}

/** Pixels. */
export function area({ width, height }: Size): number {
  return width * height;
}
