import type { MediaFormat } from "@repo/media-inspection";
import {
  type JobBytes,
  ProcessingBusyError,
  ProcessLostError,
  type ProcessPool,
  type RenderedPicture,
  type VariantRecipe,
} from "@repo/media-processing";

import { VariantsBusyError } from "../errors.js";
import { processingFailure } from "../machine-failure.js";
import type { Recipe } from "./recipes.js";

/** The pictures of one file. */
export interface Rendered {
  /** One for each recipe. */
  pictures: readonly RenderedPicture[];
  /** A ThumbHash. */
  placeholder: Uint8Array | undefined;
}

/** The pictures of one file, by recipe. */
export interface RenderedVariants extends Rendered {
  recipes: readonly Recipe[];
}

/** Why pictures cannot be made of a file: the file is to blame. */
export class NotRenderedError extends Error {
  /** Whether another attempt would be the same. */
  readonly isFinal: boolean;

  constructor(message: string, { cause, isFinal = false }: { cause?: unknown; isFinal?: boolean }) {
    super(message, { cause });
    this.isFinal = isFinal;
  }
}

/** Makes pictures of a file's bytes. */
export interface Renderer {
  /**
   * @throws NotRenderedError, VariantsBusyError (`variants_busy`), ResourceUnavailableError
   *   (`resource_unavailable`)
   */
  render(
    format: MediaFormat,
    recipes: readonly VariantRecipe[],
    bytes: JobBytes,
    signal: AbortSignal,
  ): Promise<Rendered>;
}

const LOSSES: Record<ProcessLostError["reason"], string> = {
  time: "it took too long",
  memory: "it needed too much memory",
  fault: "it made the decoder fail",
};

/** Makes pictures in processes that can be killed. */
export class ProcessRenderer implements Renderer {
  constructor(
    private readonly processes: Pick<ProcessPool, "run">,
    private readonly maxPixels: number,
  ) {}

  async render(
    source: MediaFormat,
    recipes: readonly VariantRecipe[],
    bytes: JobBytes,
    signal: AbortSignal,
  ): Promise<Rendered> {
    const data = { source, recipes, placeholder: true, maxPixels: this.maxPixels };
    const answer = await this.processes.run("render", data, bytes, signal).catch(fail);
    if ("noCover" in answer)
      throw new NotRenderedError("the file has no cover picture", { isFinal: true });
    if ("damage" in answer) throw new NotRenderedError(answer.damage.summary, {});
    return answer;
  }
}

function fail(error: unknown): never {
  if (error instanceof ProcessingBusyError) throw new VariantsBusyError(error);
  if (!(error instanceof ProcessLostError)) throw processingFailure(error);
  throw new NotRenderedError(LOSSES[error.reason], { cause: error });
}
