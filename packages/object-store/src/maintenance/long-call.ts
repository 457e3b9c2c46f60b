import { S3Error } from "@repo/s3-provider";

import { throwIfAborted } from "../throw-if-aborted.js";
import { storageFailure } from "../upload/storage-failure.js";

/** Runs a call that its caller may end, and turns what goes wrong with S3 into errors of ours. */
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
