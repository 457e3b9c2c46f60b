import { validate as isUuid } from "uuid";

import { FileNotFoundError, InvalidInputError } from "../errors.js";

/** @throws InvalidInputError (`invalid_input`) unless the value is a whole number in the range */
export function checkInteger(name: string, value: unknown, min: number, max: number): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) {
    return value;
  }
  throw new InvalidInputError(
    `${name} must be a whole number from ${min} to ${max}, and ${String(value)} came.`,
  );
}

/** The user id in its canonical lower case. */
export function checkUserId(userId: unknown): string {
  if (typeof userId === "string" && isUuid(userId)) return userId.toLowerCase();
  throw new InvalidInputError("A user id must be a UUID.");
}

export function isFileId(id: unknown): id is string {
  return typeof id === "string" && isUuid(id);
}

/** An id that no file can have is the same as one that no file has. */
export function checkFileId(id: unknown): string {
  if (isFileId(id)) return id;
  throw new FileNotFoundError(String(id));
}
