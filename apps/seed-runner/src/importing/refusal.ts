import { ObjectStoreError, type ObjectStoreErrorCode } from "@repo/object-store";
import { BaseError, ConnectionError } from "sequelize";

import { errorMessage } from "../errors.js";
import type { RefusedEvent } from "../reporting/events.js";
import { ProofError } from "./prove.js";

/** Codes with which the store refuses a file for what it is. */
const REJECTIONS: ReadonlySet<ObjectStoreErrorCode> = new Set([
  "empty_file",
  "file_too_large",
  "invalid_input",
  "invalid_media",
  "unsupported_media_type",
]);

/** What an error says about the file that was being imported. */
export function refusalOf(error: unknown): Pick<RefusedEvent, "event" | "code" | "message"> {
  if (error instanceof ObjectStoreError) {
    const event = REJECTIONS.has(error.code) ? "rejected" : "failed";
    return { event, code: error.code, message: withCause(error) };
  }
  return { event: "failed", code: codeOf(error), message: errorMessage(error) };
}

function codeOf(error: unknown): string {
  if (error instanceof ProofError) return error.code;
  if (error instanceof ConnectionError) return "database_unavailable";
  if (error instanceof BaseError) return "database_error";
  if (typeof error === "object" && error !== null && "syscall" in error) return "unreadable_file";
  return "unexpected_error";
}

/** The store keeps lower-level causes out of its messages; whoever runs this may see them. */
function withCause({ code, message, cause }: ObjectStoreError): string {
  if (REJECTIONS.has(code) || cause === undefined) return message;
  return `${message} ${errorMessage(cause)}`;
}
