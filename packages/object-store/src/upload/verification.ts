import { described } from "../described.js";
import { InvalidInputError } from "../errors.js";

/**
 * How thoroughly an upload is verified. `metadata` reads the metadata, and rejects truncated files if
 * their metadata cannot be determined. `decode` also decodes every pixel of images and refuses those
 * with any damage that the decoder notices: cut short, corrupt, or too costly to show. Audio is not
 * decoded.
 */
export type Verification = "metadata" | "decode";

/** @throws InvalidInputError (`invalid_input`) */
export function checkVerification(value: unknown): Verification {
  if (value === "metadata" || value === "decode") return value;
  throw new InvalidInputError(
    `verify must be "metadata" or "decode", and ${described(value)} came.`,
  );
}
