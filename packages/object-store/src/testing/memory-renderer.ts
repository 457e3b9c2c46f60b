import { createHash } from "node:crypto";

import { type MediaFormat, MEDIA_FORMATS, MediaInspector } from "@repo/media-inspection";
import {
  type JobBytes,
  VARIANT_FORMATS,
  type VariantRecipe,
  variantSize,
} from "@repo/media-processing";

import { NotRenderedError, type Rendered, type Renderer } from "../rendering/renderer.js";

/** The size of the cover that every audio file has. */
const COVER = { width: 600, height: 600 };

/**
 * Makes variants without pixels: their dimensions follow from the recipe, and their bytes are the same for
 * the same file and recipe.
 */
export class MemoryRenderer implements Renderer {
  async render(
    source: MediaFormat,
    recipes: readonly VariantRecipe[],
    bytes: JobBytes,
  ): Promise<Rendered> {
    const hash = createHash("sha256");
    const inspector = new MediaInspector();
    for await (const chunk of bytes.chunks()) {
      hash.update(chunk);
      for (let isDone = inspector.write(chunk); !isDone;) isDone = inspector.resume();
    }
    for (let isDone = inspector.end(); !isDone;) isDone = inspector.resume();
    const { facts } = inspector;
    if (facts === undefined) throw new NotRenderedError("it cannot be read", {});
    const digest = hash.digest("hex");
    const original = facts.kind === "image" ? facts : COVER;
    return {
      pictures: recipes.map((recipe) => ({
        bytes: Buffer.from(
          `${JSON.stringify(recipe)} of ${MEDIA_FORMATS[source].contentType} ${digest}`,
        ),
        contentType: VARIANT_FORMATS[recipe.format].contentType,
        ...variantSize(recipe, original),
        pageCount: 1,
      })),
      placeholder: Buffer.from(digest.slice(0, 40), "hex"),
    };
  }
}
