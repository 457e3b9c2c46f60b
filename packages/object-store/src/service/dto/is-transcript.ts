import { ValidateBy } from "class-validator";

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
