import { S3Error } from "@repo/s3-provider";

import { ObjectStoreError, StorageError, StorageUnavailableError } from "../errors.js";
import { shortage } from "../machine-failure.js";
import { abortFailure } from "./abortable.js";

/** Turns any failure of a call to S3 into an error of ours, once. */
export function storageFailure(
  action: string,
  error: unknown,
  signal?: AbortSignal,
): ObjectStoreError {
  if (error instanceof ObjectStoreError) return error;
  if (signal?.aborted === true) return abortFailure(signal);
  const missing = shortage(error);
  if (missing !== undefined) return missing;
  if (error instanceof S3Error && error.code === "s3_aborted") {
    return new StorageUnavailableError(`S3 could not ${action}: its client was destroyed.`, error);
  }
  if (error instanceof S3Error && (error.retryable || error.outcome === "unknown")) {
    return new StorageUnavailableError(
      `S3 could not ${action}: it cannot be reached or did not answer in time.`,
      error,
    );
  }
  return new StorageError(`S3 refused to ${action}.`, { cause: error });
}

/** Whether a failed upload may have made its object all the same, now or a little later. */
export function mayHaveStored(error: unknown): boolean {
  if (error instanceof ObjectStoreError) return false;
  return !(error instanceof S3Error) || error.outcome === "unknown";
}
