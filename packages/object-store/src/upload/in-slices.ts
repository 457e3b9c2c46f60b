import { InspectionError } from "@repo/media-inspection";

import { EmptyFileError, InvalidMediaError, UnsupportedMediaTypeError } from "../errors.js";
import { shortage } from "../machine-failure.js";
import { turnFor } from "./running-hash.js";

/** Bytes whose hashing takes as long as one slice of parsing. */
const SLICE_BYTES = 1024 * 1024;

const CLASSES = {
  empty_file: EmptyFileError,
  invalid_media: InvalidMediaError,
  unsupported_media_type: UnsupportedMediaTypeError,
} as const;

/**
 * Runs a parser in slices, the first one at once, the others in later turns.
 *
 * @param begin runs the first slice; like `resume` it tells whether the parser is done
 * @throws EmptyFileError (`empty_file`), UnsupportedMediaTypeError (`unsupported_media_type`),
 *   InvalidMediaError (`invalid_media`)
 */
export async function inSlices(begin: () => boolean, resume: () => boolean): Promise<void> {
  try {
    for (let isDone = begin(); !isDone; isDone = resume()) await turnFor(SLICE_BYTES);
  } catch (error) {
    throw failureOf(error);
  }
}

function failureOf(error: unknown): unknown {
  if (!(error instanceof InspectionError)) return error;
  const { code, message, cause } = error;
  return shortage(cause) ?? new CLASSES[code](message, cause === undefined ? {} : { cause });
}
