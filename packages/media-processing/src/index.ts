export {
  MediaProcessingError,
  type MediaProcessingErrorCode,
  ProcessingBusyError,
  ProcessingUnavailableError,
  ProcessLostError,
} from "./errors.js";
export type { JobBytes, JobName, Jobs } from "./jobs.js";
export type { ImageDamage } from "./jobs/damage.js";
export type { DecodeAnswer, DecodeData } from "./jobs/decode.js";
export type { RenderedPicture } from "./jobs/encoding.js";
export type { RenderAnswer, RenderData } from "./jobs/render.js";
export { ProcessPool, type ProcessPoolOptions } from "./process-pool.js";
export { Spool } from "./spool.js";
export { type Size, variantSize } from "./variants/placement.js";
export {
  type FocalPoint,
  recipeDigest,
  recipeProblem,
  VARIANT_FORMATS,
  type VariantContentType,
  type VariantFormat,
  type VariantPosition,
  type VariantRecipe,
} from "./variants/recipe.js";
