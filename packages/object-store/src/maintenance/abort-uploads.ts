import { S3AccessDeniedError, type S3Error, S3InvalidRequestError } from "@repo/s3-provider";

import { type Removal, type RemovalDependencies, removeBatch } from "../remove-objects.js";
import type { StorageClient } from "../upload/storage-client.js";
import { rethrowUnlessS3 } from "./long-call.js";

/** Keys at a time. */
const PARALLEL = 8;

/** A removal whose key may have a multipart upload as well. */
export interface UnfinishedRemoval extends Removal {
  mayHaveParts: boolean;
}

interface Dependencies extends RemovalDependencies {
  s3: StorageClient;
}

interface RemovalOptions {
  signal: AbortSignal | undefined;
  /** Whether a removal may end although S3 does not list multipart uploads for us. */
  endsUnlisted: boolean;
}

/**
 * Aborts the multipart uploads of removals, deletes their objects and ends them. Once S3 fails to say
 * what a key has, the other keys of the batch wait for the next attempt.
 *
 * @returns as `removeBatch`, and how many multipart uploads were aborted
 */
export async function removeWithUploads(
  dependencies: Dependencies,
  removals: readonly UnfinishedRemoval[],
  { signal, endsUnlisted }: RemovalOptions,
): Promise<Awaited<ReturnType<typeof removeBatch>> & { aborted: number }> {
  const unfinished = new Map<string, S3Error>();
  let aborted = 0;
  const abort = async ({ id, s3Key }: Removal): Promise<void> => {
    try {
      const count = await abortUploadsOf(dependencies.s3, s3Key, signal);
      aborted += count;
    } catch (error) {
      rethrowUnlessS3(error);
      if (!endsUnlisted || !isUnlisted(error)) unfinished.set(id, error);
    }
  };
  const withParts = removals.filter(({ mayHaveParts }) => mayHaveParts);
  for (let start = 0; start < withParts.length; start += PARALLEL) {
    const some = withParts.slice(start, start + PARALLEL);
    const [failure] = unfinished.values();
    if (failure === undefined) await Promise.all(some.map(abort));
    else for (const { id } of some) unfinished.set(id, failure);
  }
  return { aborted, ...(await removeBatch(dependencies, removals, { signal, unfinished })) };
}

/** Whether S3 has no listing of multipart uploads, or none for these credentials. */
function isUnlisted(error: S3Error): boolean {
  const { operation } = error;
  if (operation !== "listMultipartUploads") return false;
  return error instanceof S3AccessDeniedError || error instanceof S3InvalidRequestError;
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
