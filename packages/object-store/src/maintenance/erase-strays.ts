import { type ListedObject, S3AbortedError, S3Error } from "@repo/s3-provider";

import { errorFacts } from "../logger.js";
import { fileIdOfKey } from "../upload/storage-key.js";
import type { ErasedKind, Erasure } from "./erasure.js";
import { QUARANTINE } from "./quarantine.js";

const BATCH = 1000;

/** Discards the user's multipart uploads that no row owns any more. False when S3 failed. */
export async function abortUploads(
  { folder, repo }: ErasedKind,
  { userId, s3, signal, logger }: Erasure,
): Promise<boolean> {
  return tolerant(logger, async () => {
    for await (const upload of s3.listMultipartUploads({
      prefix: `${folder}/users/${userId}/`,
      signal,
    })) {
      const [row] = await repo.findByKeys([upload.key]);
      if (row?.status !== "pending") await s3.abortMultipartUpload(upload, { signal });
    }
  });
}

/**
 * Removes the objects below the user's prefix that belong to no file, and those in the quarantine.
 * False when S3 failed.
 */
export async function eraseStrays(kind: ErasedKind, erasure: Erasure): Promise<boolean> {
  const { s3, signal, userId } = erasure;
  const folder = `${kind.folder}/users/${userId}/`;
  return tolerant(erasure.logger, async () => {
    for (const prefix of [folder, `${QUARANTINE}${folder}`]) {
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
  { kind, repo }: ErasedKind,
  { s3, signal, write, batchDone }: Erasure,
  objects: readonly ListedObject[],
): Promise<void> {
  if (objects.length === 0) return;
  const rows = await repo.findByKeys(objects.map(({ key }) => key));
  // A new upload of a user who was not locked out: its row decides, not its object.
  const alive = new Set(
    rows.filter(({ status }) => status !== "deleting").map(({ s3Key }) => s3Key),
  );
  const known = new Set(rows.map(({ s3Key }) => s3Key));
  const strays = objects.filter(({ key }) => !alive.has(key));
  const { failed } = await s3.deleteMany(
    strays.map(({ key }) => key),
    { signal },
  );
  const kept = new Set(failed.map(({ key }) => key));
  for (const { key, byteLength: byteSize } of strays) {
    if (known.has(key)) continue;
    const original = key.startsWith(QUARANTINE) ? key.slice(QUARANTINE.length) : key;
    write({
      key,
      kind,
      fileId: fileIdOfKey(original.replace(/\.json$/, "")) ?? null,
      was: original === key ? "orphan" : "quarantined",
      byteSize,
      sha256: null,
      outcome: kept.has(key) ? "failed" : "erased",
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
