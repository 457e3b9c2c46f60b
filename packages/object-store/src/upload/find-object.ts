import { type ObjectFacts, S3NotFoundError } from "@repo/s3-provider";

import type { StorageClient } from "./storage-client.js";

/** The facts of an object, or undefined when there is none. */
export async function findObject(
  s3: StorageClient,
  key: string,
  signal: AbortSignal | undefined,
): Promise<ObjectFacts | undefined> {
  try {
    return await s3.head(key, { signal });
  } catch (error) {
    if (error instanceof S3NotFoundError) return undefined;
    throw error;
  }
}
