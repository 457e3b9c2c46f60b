import { rgbaToThumbHash } from "thumbhash";

import { area, frameSize, isSameSize, scaledSize, type Size } from "../variants/placement.js";
import { type CompleteRecipe, completeRecipe } from "../variants/recipe.js";
import { cut, encode, isFocal, type RenderedPicture } from "./encoding.js";
import type { Original, PictureSource } from "./original.js";
import { WholePicture } from "./whole-picture.js";

/** ThumbHash takes 100 pixels a side at most; with half of them it takes a quarter of the time. */
const PLACEHOLDER = completeRecipe({
  width: 50,
  height: 50,
  fit: "inside",
  withoutEnlargement: true,
  format: "png",
});

/**
 * The largest scale at which a picture is made from a larger one instead of from the original: beyond
 * it, the picture that is filtered twice could be told from the other.
 */
const MAX_STEP = 0.5;

/** An original with fewer pixels is decoded again for each picture: that is cheap, and exact. */
const MIN_SHARED_PIXELS = 2_000_000;

/** The fractions of its size at which sharp may have a JPEG decoded, rounded up or down. */
const JPEG_SCALES = [1, 2, 4, 8];

/** A picture to make from any source that shows the whole picture upright and in sRGB. */
interface Task {
  recipe: CompleteRecipe;
  /** The size of the whole picture at the scale of the recipe. */
  scaled: Size;
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
    const tasks = recipes.map((recipe, index) =>
      this.#task(recipe, async (source) => {
        pictures[index] = await encode(cut(source.open(), source.size, recipe), recipe);
      }),
    );
    if (wantsPlaceholder) {
      const make = async (source: PictureSource): Promise<void> => {
        placeholder = await thumbHash(source);
      };
      tasks.push(this.#task(PLACEHOLDER, make));
    }
    tasks.sort((one, other) => area(other.scaled) - area(one.scaled));
    for (const [index, task] of tasks.entries()) {
      const source =
        this.#ownSource(task) ?? (await this.#sharedSource(task, tasks.slice(index + 1)));
      await task.make(source);
    }
    return { pictures, placeholder };
  }

  #task(recipe: CompleteRecipe, make: Task["make"]): Task {
    const scaled = scaledSize(recipe, this.original.size);
    // A narrow picture can become huge where only its width is given.
    if (Math.max(area(scaled), area(frameSize(recipe, scaled))) > this.maxPixels) {
      throw new Error("variant exceeds pixel limit");
    }
    return { recipe, scaled, make };
  }

  /** The source of a variant that no other source yields; undefined for all others. */
  #ownSource({ recipe, scaled }: Task): PictureSource | undefined {
    const { original } = this;
    const isByContent = recipe.position === "attention" || recipe.position === "entropy";
    const keepsProfile = recipe.profile === "keep" && original.hasRgbProfile;
    const animated = recipe.animated && !isByContent && this.#canAnimate(recipe, scaled);
    // The encoder of AVIF amplifies what a picture that is filtered twice differs by.
    const isAmplified = recipe.format === "avif";
    if (!isByContent && !keepsProfile && !animated && !isAmplified) return undefined;
    return {
      size: original.size,
      open() {
        const image = original.open(animated);
        return keepsProfile ? image.keepIccProfile() : image;
      },
    };
  }

  #canAnimate(recipe: CompleteRecipe, scaled: Size): boolean {
    const { size, isTurned, pageCount } = this.original;
    const pixels = Math.max(area(size), area(scaled), area(frameSize(recipe, scaled)));
    return pageCount > 1 && !isTurned && pageCount * pixels <= this.maxPixels;
  }

  async #sharedSource(task: Task, later: readonly Task[]): Promise<PictureSource> {
    const { original } = this;
    const nearest = this.#wholes.findLast(({ size }) => this.#serves(size, task));
    if (nearest !== undefined && isSameSize(nearest.size, task.scaled)) return nearest;
    const isReused = later.some((each) => this.#serves(task.scaled, each));
    // sharp decodes at a smaller scale only if it does not crop after it has turned the picture.
    const isCropOfTurned = original.isTurned && isFocal(task.recipe.position);
    if (!isReused && !isCropOfTurned) return nearest ?? original;
    const whole = await WholePicture.make(nearest ?? original, task.recipe);
    if (isReused) this.#wholes.push(whole);
    return whole;
  }

  /** Whether a picture that is made from the whole picture at a size is like one from the original. */
  #serves(whole: Size, { recipe, scaled }: Task): boolean {
    const { format, size } = this.original;
    // libwebp scales by a filter of its own.
    if (format === "webp" || area(size) < MIN_SHARED_PIXELS) return false;
    if (area(whole) > area(size)) return false;
    const step = Math.max(scaled.width / whole.width, scaled.height / whole.height);
    if (step > MAX_STEP && !isSameSize(whole, scaled)) return false;
    // A pixel more or less makes no difference to a ThumbHash.
    if (recipe === PLACEHOLDER) return true;
    const scales = format === "jpeg" ? JPEG_SCALES : [1];
    const decoded = scales.flatMap((scale) =>
      [Math.floor, Math.ceil].map((round) => ({
        width: round(size.width / scale),
        height: round(size.height / scale),
      })),
    );
    return [whole, ...decoded].every((from) => isSameSize(scaledSize(recipe, from), scaled));
  }
}

async function thumbHash(source: PictureSource): Promise<Uint8Array> {
  const { width, height, fit, withoutEnlargement } = PLACEHOLDER;
  const { data, info } = await source
    .open()
    .resize({ width, height, fit, withoutEnlargement })
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return rgbaToThumbHash(info.width, info.height, data);
}
