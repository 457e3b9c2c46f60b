import { ObjectStoreError, type ObjectStoreErrorCode } from "./errors.js";

const INTERNAL_ERROR = 500;
const UNAVAILABLE = 503;

const STATUS: Readonly<Record<ObjectStoreErrorCode, number>> = {
  access_denied: 403,
  checksum_mismatch: 400,
  database_error: INTERNAL_ERROR,
  database_unavailable: UNAVAILABLE,
  direct_upload_expired: 410,
  direct_upload_incomplete: 409,
  direct_upload_not_found: 404,
  empty_file: 400,
  file_in_use: 409,
  file_not_found: 404,
  file_refused: 422,
  file_too_large: 413,
  gate_failed: UNAVAILABLE,
  idempotency_conflict: 409,
  inspection_interrupted: UNAVAILABLE,
  invalid_cursor: 400,
  invalid_input: 400,
  invalid_media: 422,
  invalid_range: 416,
  length_mismatch: 400,
  operation_aborted: UNAVAILABLE,
  owner_not_found: 409,
  // The client can mend it: a 507 would count as a fault of the server's, and be repeated.
  quota_exceeded: 413,
  resource_unavailable: INTERNAL_ERROR,
  rule_broken: 422,
  source_failed: 400,
  storage_error: INTERNAL_ERROR,
  storage_unavailable: UNAVAILABLE,
  store_closed: UNAVAILABLE,
  unsupported_media_type: 415,
  upload_aborted: UNAVAILABLE,
  upload_expired: 408,
  upload_in_progress: 409,
  variant_failed: 422,
  variant_not_ready: 409,
  variants_busy: UNAVAILABLE,
};

/**
 * The HTTP status that answers a request that failed with this error: 4xx where the client can mend it; 503
 * where the same request may succeed later; 500 for what else is the server's, and for errors of other
 * modules.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-15
 */
export function httpStatusOf(error: unknown): number {
  if (!(error instanceof ObjectStoreError)) return INTERNAL_ERROR;
  // A newer copy of this package may have further codes.
  const status = (STATUS as Partial<typeof STATUS>)[error.code] ?? INTERNAL_ERROR;
  return status === INTERNAL_ERROR && error.retryable ? UNAVAILABLE : status;
}
