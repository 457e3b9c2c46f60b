import { ObjectStoreError, type ObjectStoreErrorCode } from "@repo/object-store";

/** What is not here is no fault of the client's: 503 where it passes by itself, or 500. */
const STATUS: Partial<Record<ObjectStoreErrorCode, number>> = {
  access_denied: 403,
  checksum_mismatch: 400,
  direct_upload_expired: 410,
  direct_upload_incomplete: 409,
  direct_upload_not_found: 404,
  empty_file: 400,
  file_in_use: 409,
  file_not_found: 404,
  file_too_large: 413,
  idempotency_conflict: 409,
  invalid_cursor: 400,
  invalid_input: 400,
  invalid_media: 422,
  invalid_range: 416,
  length_mismatch: 400,
  operation_aborted: 503,
  owner_not_found: 409,
  source_failed: 400,
  unsupported_media_type: 415,
  upload_aborted: 503,
  upload_expired: 408,
  upload_in_progress: 409,
};

export function answerTo(error: unknown) {
  if (!(error instanceof ObjectStoreError)) {
    return { status: 500, body: { code: "internal", message: "Something went wrong." } };
  }
  const { code, message, retryable } = error;
  const status = STATUS[code] ?? (retryable ? 503 : 500);
  return { status, body: { code, message } };
}
