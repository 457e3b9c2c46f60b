import { completeRecipe, type VariantRecipe } from "../variants/recipe.js";
import type { CoverSource } from "./cover.js";
import { damageOf, type ImageDamage } from "./damage.js";
import type { RenderedPicture } from "./encoding.js";
import { Original } from "./original.js";
import { Rendering } from "./rendering.js";

export interface RenderData {
  /** What the bytes are. The source of an audio file's pictures is its embedded cover. */
  source: "jpeg" | "png" | "webp" | "gif" | CoverSource;
  /** Valid recipes. */
  recipes: readonly VariantRecipe[];
  /** Whether a placeholder is made. */
  placeholder: boolean;
  /**
   * Limit for the source and for the scaled picture that a variant is cut from. An animation with more,
   * all frames together, yields its first frame.
   */
  maxPixels: number;
}

export type RenderAnswer =
  | {
      /** In the order of the recipes. */
      pictures: readonly RenderedPicture[];
      /** A ThumbHash of at most 25 bytes, if it was asked for. */
      placeholder: Uint8Array | undefined;
    }
  | { damage: ImageDamage }
  /** The audio file has no cover that can be found, or it is no JPEG, PNG, WebP or GIF. */
  | { noCover: true };

/** sharp's message for bytes that are none of the formats it may read. */
const UNSUPPORTED = /unsupported image format/;

/** Makes variants of one picture, the largest first, so that smaller ones are made from larger ones. */
export async function render(
  bytes: Uint8Array,
  { source, recipes, placeholder, maxPixels }: RenderData,
): Promise<RenderAnswer> {
  const isCover = isAudio(source);
  const picture = isCover ? await coverOf(bytes, source) : bytes;
  if (picture === undefined) return { noCover: true };
  try {
    const original = await Original.read(picture, maxPixels);
    const rendering = new Rendering(original, maxPixels);
    return await rendering.make(recipes.map(completeRecipe), placeholder);
  } catch (error) {
    const damage = damageOf(error);
    return isCover && UNSUPPORTED.test(damage.message) ? { noCover: true } : { damage };
  }
}

function isAudio(source: RenderData["source"]): source is CoverSource {
  return ["mp3", "wav", "flac", "m4a"].includes(source);
}

async function coverOf(bytes: Uint8Array, source: CoverSource): Promise<Uint8Array | undefined> {
  // Loaded only where it is needed, as that takes longer than many a job.
  const { embeddedCover } = await import("./cover.js");
  return embeddedCover(bytes, source);
}
