import { randomBytes } from "node:crypto";

/** What S3 calls a request in `x-amz-request-id`. */
export function newRequestId(): string {
  return randomBytes(8).toString("hex").toUpperCase();
}
