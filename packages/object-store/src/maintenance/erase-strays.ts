import { type ListedObject, S3AbortedError, S3Error } from "@repo/s3-provider";

import { keyPrefix, type StoredKind } from "../kinds.js";
import { errorFacts } from "../logger.js";
import { fileIdOfKey } from "../upload/storage-key.js";
import type { Erasure } from "./erasure.js";
import { QUARANTINE } from "./quarantine.js";

const BATCH = 1000;

/** Discards the user's multipart uploads that no row owns any more. False when S3 failed. */
export async function abortUploads(
  kind: StoredKind,
  { userId, keys, s3, signal, logger }: Erasure,
): Promise<boolean> {
  return tolerant(logger, async () => {
    for await (const upload of s3.listMultipartUploads({
      prefix: keyPrefix(kind, userId),
      signal,
    })) {
      const purposes = await keys.purposesOf([upload.key]);
      if (purposes.get(upload.key) !== "upload") await s3.abortMultipartUpload(upload, { signal });
    }
  });
}

/**
 * Removes the objects below the user's prefix that belong to no file, and those in the quarantine.
 * False when S3 failed.
 */
export async function eraseStrays(kind: StoredKind, erasure: Erasure): Promise<boolean> {
  const { s3, signal, userId } = erasure;
  const own = keyPrefix(kind, userId);
  return tolerant(erasure.logger, async () => {
    for (const prefix of [own, `${QUARANTINE}${own}`]) {
      let batch: ListedObject[] = [];
      for await (const object of s3.list({ prefix, signal })) {
        batch.push(object);
        if (batch.length < BATCH) continue;
        await eraseObjects(kind, erasure, batch);
        batch = [];
      }
      await eraseObjects(kind, erasure, batch);
    }
  });
}

async function eraseObjects(
  kind: StoredKind,
  { s3, keys, signal, write, batchDone }: Erasure,
  objects: readonly ListedObject[],
): Promise<void> {
  if (objects.length === 0) return;
  const purposes = await keys.purposesOf(objects.map(({ key }) => key));
  // A new upload of a user who was not locked out, or a file that is in use: its row decides.
  const strays = objects.filter(({ key }) => [undefined, "removal"].includes(purposes.get(key)));
  const { failed } = await s3.deleteMany(
    strays.map(({ key }) => key),
    { signal },
  );
  const kept = new Set(failed.map(({ key }) => key));
  for (const { key, byteLength: byteSize } of strays) {
    if (purposes.has(key)) continue;
    const original = key.startsWith(QUARANTINE) ? key.slice(QUARANTINE.length) : key;
    write({
      key,
      kind,
      fileId: fileIdOfKey(original.replace(/\.json$/, "")) ?? null,
      was: original === key ? "orphan" : "quarantined",
      byteSize,
      sha256: null,
      outcome: kept.has(key) ? "failed" : "erased",
      until: null,
      constraint: null,
    });
  }
  batchDone();
}

async function tolerant(logger: Erasure["logger"], work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (!(error instanceof S3Error) || error instanceof S3AbortedError) throw error;
    logger.warn("not everything below a user's prefix could be erased", errorFacts(error));
    return false;
  }
}
