import { S3AbortedError, S3Error } from "@repo/s3-provider";

import { throwIfAborted } from "../upload/abort.js";
import { storageFailure } from "../upload/storage-client.js";

/** Runs a call that its caller may abort, and maps failures of S3 to errors of the module. */
export async function longCall<Result>(
  action: string,
  signal: AbortSignal | undefined,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    throwIfAborted(signal);
    return await work();
  } catch (error) {
    if (!(error instanceof S3Error)) throw error;
    if (error.code === "s3_aborted") throwIfAborted(signal);
    throw storageFailure(action, error);
  }
}

/** Rethrows whatever is no failure of S3, and the caller's abort. */
export function rethrowUnlessS3(error: unknown): asserts error is S3Error {
  if (!(error instanceof S3Error) || error instanceof S3AbortedError) throw error;
}
