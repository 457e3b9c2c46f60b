export {
  MediaProcessingError,
  type MediaProcessingErrorCode,
  ProcessingUnavailableError,
  ProcessLostError,
} from "./errors.js";
export type { JobBytes, JobName, Jobs } from "./jobs.js";
export type { ImageDamage } from "./jobs/damage.js";
export type { DecodeAnswer, DecodeData } from "./jobs/decode.js";
export { ProcessPool, type ProcessPoolOptions } from "./process-pool.js";
export { Spool } from "./spool.js";
