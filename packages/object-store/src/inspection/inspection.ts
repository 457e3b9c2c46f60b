import type { MediaFacts, MediaFormat } from "./media-facts.js";
import type { Verification } from "./verification.js";

/** The inspection of one file while its bytes pass by. */
export interface Inspection {
  /**
   * The format; undefined while more bytes are needed, at most `maxHeadBytes` of them. Provisional:
   * `finish()` gives the verdict.
   */
  readonly format: MediaFormat | undefined;
  /**
   * Takes the next bytes, which must stay as they are until this resolves. Bytes that tell nothing
   * cost nothing.
   *
   * @throws UnsupportedMediaTypeError (`unsupported_media_type`) or InvalidMediaError
   *   (`invalid_media`) as soon as the verdict is certain, and again on every later call;
   *   InspectionInterruptedError (`inspection_interrupted`), ResourceUnavailableError
   *   (`resource_unavailable`)
   */
  write(chunk: Uint8Array): Promise<void>;
  /**
   * Passes over the first of the next bytes as far as they need no look, or a short one. While nothing
   * else is under way; what is left is for `write` or `finish`.
   *
   * @returns how many
   * @throws as `write` did before
   */
  pass(next: Uint8Array): number;
  /**
   * Ends the file and tells what it is.
   *
   * @param last bytes that come before the end: spares a `write`
   * @throws EmptyFileError (`empty_file`), UnsupportedMediaTypeError (`unsupported_media_type`),
   *   InvalidMediaError (`invalid_media`), InspectionInterruptedError (`inspection_interrupted`),
   *   ResourceUnavailableError (`resource_unavailable`)
   */
  finish(last?: Uint8Array): Promise<MediaFacts>;
  /** Frees what the inspection holds; it may be under way, finished or closed. */
  close(): void;
}

/** Opens inspections. */
export interface Inspector {
  /** @param verification `metadata` when absent */
  open(verification?: Verification): Inspection;
}
