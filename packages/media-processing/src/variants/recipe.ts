import { createHash } from "node:crypto";

export type VariantFormat = "jpeg" | "png" | "webp" | "avif";

export type VariantContentType = `image/${VariantFormat}`;

/** Where a crop, or the picture between the bars, is placed. */
export type VariantPosition =
  | "centre"
  | "top"
  | "right top"
  | "right"
  | "right bottom"
  | "bottom"
  | "left bottom"
  | "left"
  | "left top";

/** A point of the displayed picture, as fractions of its width and height, 0 to 1. */
export interface FocalPoint {
  x: number;
  y: number;
}

/** How a variant is made; the options mean what they mean in sharp. */
export interface VariantRecipe {
  /** Pixels, 1 to 16,383. At least one of `width` and `height` is needed; the other follows. */
  width?: number | undefined;
  /** Pixels, 1 to 16,383. */
  height?: number | undefined;
  /** `cover` by default. */
  fit?: "cover" | "contain" | "inside" | "outside" | "fill" | undefined;
  /**
   * What `cover` keeps and where `contain` puts the picture; `centre` by default. `attention`, `entropy`
   * and a focal point need `cover` with width and height.
   */
  position?: VariantPosition | "attention" | "entropy" | FocalPoint | undefined;
  /**
   * Colour of the bars of `contain`, and of what is transparent in a JPEG: `#rgb` or `#rrggbb`, with or
   * without alpha; `#ffffff` by default.
   */
  background?: string | undefined;
  format: VariantFormat;
  /** 1 to 100: 80 by default, 50 for AVIF. PNG is lossless and has none. */
  quality?: number | undefined;
  /** CPU effort: 0 to 6 for WebP, 4 by default; 0 to 9 for AVIF, 2 by default. Others have none. */
  effort?: number | undefined;
  /** Keeps a smaller picture at its size. False by default. */
  withoutEnlargement?: boolean | undefined;
  /** `keep` keeps an RGB profile, such as Display P3, and its colours. `srgb` by default. */
  profile?: "srgb" | "keep" | undefined;
  /** Keeps all frames of a GIF or WebP; needs `webp`. False by default. */
  animated?: boolean | undefined;
}

/** A recipe with its defaults filled in. */
export type CompleteRecipe = Required<
  Omit<VariantRecipe, "width" | "height" | "quality" | "effort">
> &
  Pick<VariantRecipe, "width" | "height" | "quality" | "effort">;

interface Encoder {
  contentType: VariantContentType;
  /** Of a file name, without the dot. */
  extension: string;
  /** Undefined if the encoder has no such option. */
  quality: number | undefined;
  effort: { byDefault: number; max: number } | undefined;
}

export const VARIANT_FORMATS: Readonly<Record<VariantFormat, Readonly<Encoder>>> = {
  jpeg: { contentType: "image/jpeg", extension: "jpg", quality: 80, effort: undefined },
  png: { contentType: "image/png", extension: "png", quality: undefined, effort: undefined },
  webp: {
    contentType: "image/webp",
    extension: "webp",
    quality: 80,
    effort: { byDefault: 4, max: 6 },
  },
  // Effort 4, sharp's default, takes twelve times as long for the same size.
  avif: {
    contentType: "image/avif",
    extension: "avif",
    quality: 50,
    effort: { byDefault: 2, max: 9 },
  },
};

/** The longest side that every format can have. */
const MAX_SIDE = 16_383;

const FITS: readonly unknown[] = ["cover", "contain", "inside", "outside", "fill"];

const POSITIONS: readonly VariantPosition[] = [
  "centre",
  "top",
  "right top",
  "right",
  "right bottom",
  "bottom",
  "left bottom",
  "left",
  "left top",
];

export function completeRecipe(recipe: VariantRecipe): CompleteRecipe {
  const { quality, effort } = VARIANT_FORMATS[recipe.format];
  return {
    width: recipe.width,
    height: recipe.height,
    fit: recipe.fit ?? "cover",
    position: recipe.position ?? "centre",
    background: recipe.background ?? "#ffffff",
    format: recipe.format,
    quality: recipe.quality ?? quality,
    effort: recipe.effort ?? effort?.byDefault,
    withoutEnlargement: recipe.withoutEnlargement ?? false,
    profile: recipe.profile ?? "srgb",
    animated: recipe.animated ?? false,
  };
}

/**
 * The SHA-256 of a valid recipe, in hexadecimal. The order of its options and whether a default is
 * spelled out make no difference.
 */
export function recipeDigest(recipe: VariantRecipe): string {
  const { position, background, ...rest } = completeRecipe(recipe);
  const canonical = {
    ...rest,
    position: typeof position === "string" ? position : [position.x, position.y],
    background: fullColour(background),
  };
  return createHash("sha256").update(JSON.stringify(canonical)).digest("hex");
}

/** What is wrong with a recipe, such as "its width must be an integer from 1 to 16383". */
export function recipeProblem(recipe: VariantRecipe): string | undefined {
  // The recipe may come from JavaScript.
  if (!Object.hasOwn(VARIANT_FORMATS, recipe.format)) {
    return `its format must be one of ${Object.keys(VARIANT_FORMATS).join(", ")}`;
  }
  const { width, height, fit, position, background, format, ...rest } = completeRecipe(recipe);
  const { quality, effort, profile, animated, withoutEnlargement } = rest;
  const encoder = VARIANT_FORMATS[format];
  if (width === undefined && height === undefined) return "it needs a width or a height";
  return (
    outside("width", width, 1, MAX_SIDE) ??
    outside("height", height, 1, MAX_SIDE) ??
    (FITS.includes(fit) ? undefined : `its fit must be one of ${FITS.join(", ")}`) ??
    positionProblem(position, fit === "cover" && width !== undefined && height !== undefined) ??
    colourProblem(background) ??
    (encoder.quality === undefined
      ? forbidden("quality", quality, format)
      : outside("quality", quality, 1, 100)) ??
    (encoder.effort === undefined
      ? forbidden("effort", effort, format)
      : outside("effort", effort, 0, encoder.effort.max)) ??
    (["srgb", "keep"].includes(profile) ? undefined : "its profile must be srgb or keep") ??
    flagProblem("withoutEnlargement", withoutEnlargement) ??
    flagProblem("animated", animated) ??
    (animated && format !== "webp" ? "only WebP can be animated" : undefined)
  );
}

function outside(name: string, value: number | undefined, min: number, max: number) {
  if (value === undefined || (Number.isInteger(value) && value >= min && value <= max)) {
    return undefined;
  }
  return `its ${name} must be an integer from ${min} to ${max}`;
}

function forbidden(name: string, value: number | undefined, format: VariantFormat) {
  return value === undefined ? undefined : `${format} has no ${name}`;
}

function flagProblem(name: string, value: unknown) {
  return typeof value === "boolean" ? undefined : `its ${name} must be true or false`;
}

function positionProblem(position: CompleteRecipe["position"], isCrop: boolean) {
  if (POSITIONS.some((name) => name === position)) return undefined;
  if (position !== "attention" && position !== "entropy" && !isFocalPoint(position)) {
    return `its position must be attention, entropy, a focal point or one of ${POSITIONS.join(", ")}`;
  }
  return isCrop ? undefined : "its position needs fit cover with a width and a height";
}

function isFocalPoint(position: unknown): position is FocalPoint {
  if (typeof position !== "object" || position === null) return false;
  const { x, y } = position as Partial<FocalPoint>;
  return [x, y].every((value) => typeof value === "number" && value >= 0 && value <= 1);
}

/** With or without alpha, in one or two digits a channel. */
const COLOUR = /^#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$/i;

/** The same colour always in the same eight digits. */
function fullColour(colour: string): string {
  const digits = colour.slice(1).toLowerCase();
  return (digits.length < 6 ? digits.replaceAll(/./g, "$&$&") : digits).padEnd(8, "f");
}

function colourProblem(background: unknown) {
  if (typeof background === "string" && COLOUR.test(background)) return undefined;
  return "its background must be a colour such as #fff, #ffffff or #ffffff00";
}
