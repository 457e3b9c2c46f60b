export type InspectionErrorCode = "empty_file" | "invalid_media" | "unsupported_media_type";

/**
 * Rejects a file. `message` says what was expected and what came, is bounded, and is safe to show to
 * whoever sent the file.
 *
 * - `empty_file`: no byte came.
 * - `unsupported_media_type`: the content is none of the supported formats.
 * - `invalid_media`: it begins as a supported format but is broken, beyond the limits, or takes more
 *   steps to read than any real file.
 */
export class InspectionError extends Error {
  override readonly name = "InspectionError";

  constructor(
    readonly code: InspectionErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
