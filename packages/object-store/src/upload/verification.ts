import { described } from "../described.js";
import { InvalidInputError } from "../errors.js";

/**
 * How thoroughly an upload is verified. `metadata` reads the metadata, and rejects truncated files if
 * their metadata cannot be determined. `decode` also decodes every pixel of images and refuses those
 * with any damage that the decoder notices: cut short, corrupt, or too costly to show. Audio is not
 * decoded.
 */
export type Verification = "metadata" | "decode";

/**
 * Whether to accept a JPEG, PNG or GIF that ends before its picture does: `accept` stores it with
 * `complete: false`, `refuse` rejects it with `invalid_media`. Other formats that are cut are always
 * rejected.
 */
export type Truncation = "accept" | "refuse";

/** How strictly an upload is judged. */
export interface Strictness {
  verify: Verification;
  truncated: Truncation;
}

export const DEFAULT_STRICTNESS: Strictness = { verify: "metadata", truncated: "accept" };

/** @throws InvalidInputError (`invalid_input`) */
export function checkStrictness(
  given: { verify?: unknown; truncated?: unknown },
  defaults: Strictness,
): Strictness {
  const { verify = defaults.verify, truncated = defaults.truncated } = given;
  if (verify !== "metadata" && verify !== "decode") {
    throw new InvalidInputError(
      `verify must be "metadata" or "decode", and ${described(verify)} came.`,
    );
  }
  if (truncated !== "accept" && truncated !== "refuse") {
    throw new InvalidInputError(
      `truncated must be "accept" or "refuse", and ${described(truncated)} came.`,
    );
  }
  return { verify, truncated };
}
