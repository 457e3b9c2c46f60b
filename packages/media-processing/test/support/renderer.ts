import type { RenderedPicture } from "../../src/jobs/encoding.js";
import type { RenderAnswer, RenderData } from "../../src/jobs/render.js";
import { ProcessPool } from "../../src/process-pool.js";
import type { VariantRecipe } from "../../src/variants/recipe.js";
import { jobBytes } from "./bytes.js";

const MAX_PIXELS = 64_000_000;

/** Makes variants in one process. */
export class Renderer {
  readonly #pool = new ProcessPool({ processes: 1, seconds: 600 });

  render(bytes: Uint8Array, data: Partial<RenderData>): Promise<RenderAnswer> {
    const complete: RenderData = {
      source: "png",
      recipes: [],
      placeholder: false,
      maxPixels: MAX_PIXELS,
      ...data,
    };
    return this.#pool.run("render", complete, jobBytes(bytes), new AbortController().signal);
  }

  /** The variants of a picture that has no damage. */
  async variants(
    bytes: Uint8Array,
    source: RenderData["source"],
    recipes: readonly VariantRecipe[],
    maxPixels = MAX_PIXELS,
  ): Promise<readonly RenderedPicture[]> {
    const answer = await this.render(bytes, { source, recipes, maxPixels });
    if (!("pictures" in answer)) throw new Error(JSON.stringify(answer));
    return answer.pictures;
  }

  async variant(
    bytes: Uint8Array,
    source: RenderData["source"],
    recipe: VariantRecipe,
    maxPixels?: number,
  ): Promise<RenderedPicture> {
    const [picture] = await this.variants(bytes, source, [recipe], maxPixels);
    if (picture === undefined) throw new Error("no picture was made");
    return picture;
  }

  close(): void {
    this.#pool.end();
  }
}
