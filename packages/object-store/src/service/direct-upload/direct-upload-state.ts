import {
  DirectUploadExpiredError,
  DirectUploadNotFoundError,
  DirectUploadRefusedError,
  FileRefusedError,
  type ObjectStoreError,
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
  if (refusal !== null) {
    const { code, message, applicationCode } = refusal;
    throw new DirectUploadRefusedError(code, message, applicationCode);
  }
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

/** Between the module's code of a refusal and the application's. */
const SEPARATOR = ":";

/** A refusal as its row keeps it. */
export function keptRefusal(error: ObjectStoreError): { code: string; message: string } {
  const { code, message } = error;
  if (!(error instanceof FileRefusedError)) return { code, message };
  return { code: `${code}${SEPARATOR}${error.applicationCode}`, message };
}

function refusalOf(row: DirectUploadModel): DirectUploadStatus["refusal"] {
  const { refusalCode, refusalMessage: message } = row;
  if (refusalCode === null || message === null) return null;
  const [code, applicationCode] = refusalCode.split(SEPARATOR);
  // Written by `refuse` only, which takes the code of an ObjectStoreError.
  const known = { code: code as ObjectStoreErrorCode, message };
  return applicationCode === undefined ? known : { ...known, applicationCode };
}
