import { isUint8Array } from "node:util/types";

import { ValidateBy } from "class-validator";

import { described } from "../described.js";
import { type MediaBody, pathOf } from "../upload/media-body.js";

/** A string of at most so many UTF-16 code units; its length is all that is looked at. */
export function IsText(maxLength: number): PropertyDecorator {
  return ValidateBy({
    name: "isText",
    validator: {
      validate: (value: unknown) => typeof value === "string" && value.length <= maxLength,
      defaultMessage: (given) =>
        `${given?.property ?? ""} must be a string of at most ${maxLength} characters, and ${described(given?.value)} came`,
    },
  });
}

const RULE =
  "body must be a Buffer, Uint8Array, Blob, stream or async iterable of bytes, or fromPath(path)";

/** One of the shapes of {@link MediaBody}. */
export function IsMediaBody(): PropertyDecorator {
  return ValidateBy({
    name: "isMediaBody",
    validator: {
      validate: isMediaBody,
      defaultMessage: (given) => `${RULE}, and ${described(given?.value)} came`,
    },
  });
}

function isMediaBody(value: unknown): value is MediaBody {
  if (typeof value !== "object" || value === null) return false;
  return (
    isUint8Array(value) ||
    value instanceof Blob ||
    Symbol.asyncIterator in value ||
    pathOf(value) !== undefined
  );
}

const MAX_TRANSCRIPT_CHARACTERS = 1_000_000;

export const TRANSCRIPT_RULE = `A transcript must be a string of at most ${MAX_TRANSCRIPT_CHARACTERS} characters of well-formed Unicode without NUL`;

/** A string that PostgreSQL can hold: at most 1,000,000 UTF-16 code units, well formed, without NUL. */
export function IsTranscript(): PropertyDecorator {
  return ValidateBy({
    name: "isTranscript",
    validator: { validate: isTranscript, defaultMessage: () => TRANSCRIPT_RULE },
  });
}

export function isTranscript(value: unknown): value is string {
  return (
    typeof value === "string" &&
    value.length <= MAX_TRANSCRIPT_CHARACTERS &&
    value.isWellFormed() &&
    !value.includes("\0")
  );
}
