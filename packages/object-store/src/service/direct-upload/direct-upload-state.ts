import {
  DirectUploadExpiredError,
  DirectUploadNotFoundError,
  DirectUploadRefusedError,
  type ObjectStoreErrorCode,
} from "../../errors.js";
import { described } from "../../described.js";
import type { DirectUploadModel } from "../../models/direct-upload.model.js";
import type { SeenDirectUpload } from "../../repo/direct-upload-repo.js";
import { normalizedFileId } from "../../checks.js";
import { DirectUploadStatus } from "../../dto/direct-upload.js";

type Status = DirectUploadStatus["status"];

/** @throws DirectUploadNotFoundError (`direct_upload_not_found`) for what can be no id */
export function checkDirectUploadId(id: unknown): string {
  const checked = normalizedFileId(id);
  if (checked === undefined)
    throw new DirectUploadNotFoundError(typeof id === "string" ? id : described(id));
  return checked;
}

export function toStatus(seen: SeenDirectUpload): DirectUploadStatus {
  const { row } = seen;
  return Object.assign(new DirectUploadStatus(), {
    id: row.id,
    status: statusOf(seen),
    fileId: row.fileId,
    refusal: refusalOf(row),
    filename: row.originalFilename,
    byteSize: row.byteSize,
    contentType: row.contentType,
    completeBefore: row.leaseExpiresAt,
    createdAt: row.createdAt,
  });
}

/**
 * The file that a direct upload has become, or undefined while it can still become one.
 *
 * @throws what it was refused with, DirectUploadExpiredError (`direct_upload_expired`)
 */
export function outcomeOf(seen: SeenDirectUpload): string | undefined {
  const { row } = seen;
  const refusal = refusalOf(row);
  if (refusal !== null) throw new DirectUploadRefusedError(refusal.code, refusal.message);
  if (row.fileId !== null) return row.fileId;
  if (statusOf(seen) === "expired") throw new DirectUploadExpiredError();
  return undefined;
}

function statusOf({ row, secondsLeft, isClaimed }: SeenDirectUpload): Status {
  if (row.fileId !== null) return "completed";
  if (row.refusalCode !== null) return "refused";
  if (row.status === "deleting" || secondsLeft <= 0) return "expired";
  return isClaimed ? "completing" : "open";
}

function refusalOf(row: DirectUploadModel): DirectUploadStatus["refusal"] {
  const { refusalCode: code, refusalMessage: message } = row;
  // Written by `refuse` only, which takes the code of an ObjectStoreError.
  return code === null || message === null ? null : { code: code as ObjectStoreErrorCode, message };
}
