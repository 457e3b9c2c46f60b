import type { S3Error } from "@repo/s3-provider";

import { type Removal, type RemovalDependencies, removeBatch } from "../remove-objects.js";
import type { StorageClient } from "../upload/storage-client.js";
import { rethrowUnlessS3 } from "./long-call.js";

/** A removal whose key may have a multipart upload as well. */
export interface UnfinishedRemoval extends Removal {
  mayHaveParts: boolean;
}

interface Dependencies extends RemovalDependencies {
  s3: StorageClient;
}

/**
 * Aborts the multipart uploads of removals, deletes their objects and ends them.
 *
 * @returns as `removeBatch`, and how many multipart uploads were aborted
 */
export async function removeWithUploads(
  dependencies: Dependencies,
  removals: readonly UnfinishedRemoval[],
  signal: AbortSignal | undefined,
): Promise<Awaited<ReturnType<typeof removeBatch>> & { aborted: number }> {
  const unfinished = new Map<string, S3Error>();
  let aborted = 0;
  for (const { id, s3Key, mayHaveParts } of removals) {
    if (!mayHaveParts) continue;
    try {
      aborted += await abortUploadsOf(dependencies.s3, s3Key, signal);
    } catch (error) {
      rethrowUnlessS3(error);
      unfinished.set(id, error);
    }
  }
  return { aborted, ...(await removeBatch(dependencies, removals, { signal, unfinished })) };
}

/**
 * Aborts the multipart uploads of one key. MinIO lists them for an exact key only
 * (https://github.com/minio/minio/issues/20989), so that listings of a folder are not enough.
 */
async function abortUploadsOf(
  s3: StorageClient,
  key: string,
  signal: AbortSignal | undefined,
): Promise<number> {
  let aborted = 0;
  for await (const upload of s3.listMultipartUploads({ prefix: key, signal })) {
    if (upload.key !== key) continue;
    await s3.abortMultipartUpload(upload, { signal });
    aborted += 1;
  }
  return aborted;
}
