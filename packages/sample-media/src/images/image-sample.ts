import type { Sharp } from "sharp";

import type { ImageExpectation, Sample, SampleFormat } from "../sample.js";

type ImageFormat = Extract<SampleFormat, "jpeg" | "png" | "webp" | "gif">;

const CONTENT_TYPES: Record<ImageFormat, string> = {
  jpeg: "image/jpeg",
  png: "image/png",
  webp: "image/webp",
  gif: "image/gif",
};

/** A picture, and those of its facts that differ from a still, upright, opaque image. */
export interface ImageRecipe {
  name: string;
  description: string;
  /** Pixels, as displayed. */
  width: number;
  /** Pixels, as displayed. */
  height: number;
  orientation?: number;
  pages?: number;
  hasAlpha?: boolean;
  encode: (size: { width: number; height: number }) => Promise<Uint8Array> | Uint8Array;
}

/** Runs the recipe's encoder and puts the file and what it promises together. */
export async function imageSample(format: ImageFormat, recipe: ImageRecipe): Promise<Sample> {
  const { name, description, width, height } = recipe;
  const expect: ImageExpectation = {
    kind: "image",
    contentType: CONTENT_TYPES[format],
    width,
    height,
    orientation: recipe.orientation ?? 1,
    pages: recipe.pages ?? 1,
    hasAlpha: recipe.hasAlpha ?? false,
  };
  return { name, description, format, bytes: await recipe.encode({ width, height }), expect };
}

/** The encoded file as bytes of its own, not as a part of a pooled buffer. */
export async function encoded(image: Sharp): Promise<Uint8Array> {
  return new Uint8Array(await image.toBuffer());
}
