import { Expose } from "class-transformer";

import type { VariantModel } from "../models/variant.model.js";

/** What a variant can be. */
export type VariantContentType = "image/jpeg" | "image/png" | "image/webp" | "image/avif";

/** A picture that a recipe made of a file, and a URL that shows it. */
export class VariantRead {
  /** The file that it was made of. */
  @Expose() readonly fileId!: string;
  /** The name of the recipe. */
  @Expose() readonly variant!: string;
  @Expose() readonly contentType!: VariantContentType;
  @Expose() readonly byteSize!: number;
  /** Pixels. */
  @Expose() readonly width!: number;
  /** Pixels. */
  @Expose() readonly height!: number;
  /** Frames of an animation; 1 for a still image. */
  @Expose() readonly pages!: number;
  /** A signed GET URL. */
  @Expose() readonly url!: string;
  /** When {@link url} stops working. */
  @Expose() readonly urlExpiresAt!: Date;
}

export function toVariantRead(
  { imageId, audioId, recipe, contentType, byteSize, width, height, pageCount }: VariantModel,
  { url, expiresAt }: { url: string; expiresAt: Date },
): VariantRead {
  return Object.assign(new VariantRead(), {
    fileId: imageId ?? audioId,
    variant: recipe,
    contentType,
    byteSize,
    width,
    height,
    pages: pageCount,
    url,
    urlExpiresAt: expiresAt,
  });
}
