import { rgbaToThumbHash } from "thumbhash";

import { type Placement, placementOf, type Size } from "../variants/placement.js";
import type { CompleteRecipe } from "../variants/recipe.js";
import { cut, encode, isCrop, isPlacedByContent } from "./encoding.js";
import type { Original, PictureSource } from "./original.js";
import type { RenderedPicture } from "./render.js";
import { serves, WholePicture } from "./whole-picture.js";

/** ThumbHash takes 100 pixels a side at most. */
const PLACEHOLDER = {
  width: 100,
  height: 100,
  fit: "inside",
  position: "centre",
  withoutEnlargement: true,
} as const;

/** Something to make from any source of the displayed picture that is large enough. */
interface Task {
  placement: Placement;
  make(source: PictureSource): Promise<void>;
}

/** Makes variants of one original, the largest first, so that smaller ones are made from larger ones. */
export class Rendering {
  /** The largest first. */
  readonly #wholes: WholePicture[] = [];

  constructor(
    private readonly original: Original,
    private readonly maxPixels: number,
  ) {}

  async make(
    recipes: readonly CompleteRecipe[],
    wantsPlaceholder: boolean,
  ): Promise<{ pictures: RenderedPicture[]; placeholder: Uint8Array | undefined }> {
    const pictures: RenderedPicture[] = [];
    let placeholder: Uint8Array | undefined;
    const tasks = recipes.map((recipe, index): Task => {
      const placement = this.#place(recipe);
      const make = async (source: PictureSource): Promise<void> => {
        pictures[index] = await encode(cut(source.open(), placement, recipe), recipe);
      };
      return { placement, make };
    });
    if (wantsPlaceholder) {
      const placement = placementOf(PLACEHOLDER, this.original.displayed);
      const make = async (source: PictureSource): Promise<void> => {
        placeholder = await thumbHash(source, placement.scaled);
      };
      tasks.push({ placement, make });
    }
    const shared: Task[] = [];
    for (const [index, task] of tasks.entries()) {
      const own = this.#ownSource(recipes[index], task.placement);
      if (own === undefined) shared.push(task);
      else await task.make(own);
    }
    await this.#makeInTurn(shared);
    return { pictures, placeholder };
  }

  #place(recipe: CompleteRecipe): Placement {
    const placement = placementOf(recipe, this.original.displayed);
    // A narrow picture can become huge where only its width is given.
    if (Math.max(area(placement), area(placement.scaled)) > this.maxPixels) {
      throw new Error("variant exceeds pixel limit");
    }
    return placement;
  }

  /** The source of a variant that no upright sRGB picture yields; undefined for all others. */
  #ownSource(recipe: CompleteRecipe | undefined, placement: Placement): PictureSource | undefined {
    if (recipe === undefined) return undefined;
    const { original } = this;
    const isByContent = isPlacedByContent(recipe.position);
    const keepsProfile = recipe.profile === "keep" && original.hasRgbProfile;
    const animated = recipe.animated && !isByContent && this.#canAnimate(placement);
    if (!isByContent && !keepsProfile && !animated) return undefined;
    return {
      open() {
        const image = original.open(animated);
        return keepsProfile ? image.keepIccProfile() : image;
      },
    };
  }

  #canAnimate(placement: Placement): boolean {
    const { displayed, isTurned, pageCount } = this.original;
    const pixels = Math.max(area(displayed), area(placement), area(placement.scaled));
    return pageCount > 1 && !isTurned && pageCount * pixels <= this.maxPixels;
  }

  async #makeInTurn(tasks: readonly Task[]): Promise<void> {
    const order = tasks.toSorted(
      (one, other) => area(other.placement.scaled) - area(one.placement.scaled),
    );
    for (const [index, task] of order.entries()) {
      await task.make(await this.#sourceOf(task.placement, order.slice(index + 1)));
    }
  }

  async #sourceOf(placement: Placement, later: readonly Task[]): Promise<PictureSource> {
    const { original } = this;
    const { scaled } = placement;
    const nearest = this.#wholes.findLast((whole) => whole.serves(scaled));
    if (nearest?.isOf(scaled) === true) return nearest;
    const isEnlarged =
      scaled.width > original.displayed.width || scaled.height > original.displayed.height;
    const isReused = !isEnlarged && later.some((task) => serves(scaled, task.placement.scaled));
    // sharp decodes at a smaller scale only if it does not crop after it has turned the picture.
    const isCropOfTurned = nearest === undefined && original.isTurned && isCrop(placement);
    if (!isReused && !isCropOfTurned) return nearest ?? original;
    const whole = await WholePicture.make(nearest ?? original, scaled);
    if (isReused) this.#wholes.push(whole);
    return whole;
  }
}

async function thumbHash(source: PictureSource, { width, height }: Size): Promise<Uint8Array> {
  const pixels = await source
    .open()
    .resize(width, height, { fit: "fill" })
    .ensureAlpha()
    .raw()
    .toBuffer();
  return rgbaToThumbHash(width, height, pixels);
}

function area({ width, height }: Size): number {
  return width * height;
}
