import { IdempotencyConflictError } from "../errors.js";
import { MEDIA_FORMATS } from "@repo/media-inspection";
import type { MediaFileModel } from "../models/media-file.model.js";
import type { InspectedBody } from "../upload/inspected-body.js";

/**
 * Reads a body to its end, and stores nothing.
 *
 * @throws IdempotencyConflictError (`idempotency_conflict`) when its bytes are not those of the file
 */
export async function requireSameBytes(file: MediaFileModel, body: InspectedBody): Promise<void> {
  const { contentType } = MEDIA_FORMATS[body.format];
  const mayBeSame =
    contentType === file.contentType && [undefined, file.byteSize].includes(body.byteLength);
  if (!mayBeSame) throw new IdempotencyConflictError();
  await body.readToEnd();
  const { byteSize, sha256 } = body.verdict;
  if (byteSize !== file.byteSize || !file.sha256.equals(sha256)) {
    throw new IdempotencyConflictError();
  }
}
