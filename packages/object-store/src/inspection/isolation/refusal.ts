import {
  EmptyFileError,
  InvalidMediaError,
  ObjectStoreError,
  UnsupportedMediaTypeError,
} from "../../errors.js";
import type { Refusal } from "./protocol.js";

const CLASSES = {
  empty_file: EmptyFileError,
  invalid_media: InvalidMediaError,
  unsupported_media_type: UnsupportedMediaTypeError,
} as const;

/** A parser that fails has met a file it was not made for. */
const FAULT = "The file could not be inspected: it made its parser fail.";

/** Describes what a parser threw. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof ObjectStoreError && error.code in CLASSES) {
    const code = error.code as keyof typeof CLASSES;
    return { code, message: error.message, fault: undefined };
  }
  const fault = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: "invalid_media", message: FAULT, fault };
}

/** Makes the error again on the other side. */
export function errorOf({ code, message, fault }: Refusal): ObjectStoreError {
  return new CLASSES[code](message, fault === undefined ? {} : { cause: fault });
}
