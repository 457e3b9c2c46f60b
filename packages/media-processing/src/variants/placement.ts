import { type CompleteRecipe, completeRecipe, EDGES, type VariantRecipe } from "./recipe.js";

/** Pixels. */
export interface Size {
  width: number;
  height: number;
}

/** How a variant is cut from the displayed picture. */
export interface Placement extends Size {
  /** The whole picture, scaled. */
  scaled: Size;
  /** Where the variant begins in the scaled picture; negative where it begins with a bar. */
  left: number;
  top: number;
}

type Geometry = Pick<
  CompleteRecipe,
  "width" | "height" | "fit" | "position" | "withoutEnlargement"
>;

/** The size of a variant of a picture whose displayed size is given. */
export function variantSize(recipe: VariantRecipe, displayed: Size): Size {
  const { width, height } = placementOf(completeRecipe(recipe), displayed);
  return { width, height };
}

/**
 * Places a variant as sharp does. It depends on the displayed size alone: at a smaller scale, decoders
 * round otherwise.
 */
export function placementOf(geometry: Geometry, displayed: Size): Placement {
  const scaled = scaledSize(geometry, displayed);
  const { width, height } = frameSize(geometry, scaled);
  const { position } = geometry;
  if (typeof position !== "string") {
    const left = focalOffset(position.x, scaled.width, width);
    return { scaled, left, top: focalOffset(position.y, scaled.height, height), width, height };
  }
  // A crop by content is placed by its pixels.
  const { x, y } = position in EDGES ? EDGES[position as keyof typeof EDGES] : EDGES.centre;
  const left = Math.round((scaled.width - width) * x);
  return { scaled, left, top: Math.round((scaled.height - height) * y), width, height };
}

function scaledSize({ width, height, fit, withoutEnlargement }: Geometry, displayed: Size): Size {
  let x = width === undefined ? undefined : width / displayed.width;
  let y = height === undefined ? undefined : height / displayed.height;
  if (fit === "fill") {
    x ??= 1;
    y ??= 1;
  } else if (x === undefined || y === undefined) {
    x = y = x ?? y ?? 1;
  } else {
    x = y = fit === "cover" || fit === "outside" ? Math.max(x, y) : Math.min(x, y);
  }
  const scale = (side: number, factor: number) =>
    Math.max(1, Math.round(side * (withoutEnlargement ? Math.min(1, factor) : factor)));
  return { width: scale(displayed.width, x), height: scale(displayed.height, y) };
}

function frameSize({ width, height, fit }: Geometry, scaled: Size): Size {
  if (fit !== "cover" && fit !== "contain") return scaled;
  const choose = fit === "cover" ? Math.min : Math.max;
  return {
    width: choose(scaled.width, width ?? scaled.width),
    height: choose(scaled.height, height ?? scaled.height),
  };
}

/** Centres the frame on a point, as far as the picture reaches. */
function focalOffset(fraction: number, scaled: number, frame: number): number {
  const wanted = Math.round(fraction * scaled - frame / 2);
  return Math.min(Math.max(0, wanted), scaled - frame);
}
