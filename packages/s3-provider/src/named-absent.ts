import { S3NotFoundError } from "./errors.js";
import { readSdkError } from "./sdk-error-facts.js";

/**
 * Whether S3 says in a document that what was to be removed is not there. A gateway also answers 404,
 * in a page of its own, while the object is there.
 */
export function isNamedAbsent(error: unknown): boolean {
  return error instanceof S3NotFoundError && readSdkError(error.cause).documentCode !== undefined;
}
