import type { StorageClient } from "../upload/storage-client.js";

import type { MediaFileModel } from "../models/media-file.model.js";
import type { MediaRepo, StoredFacts } from "../repo/media-repo.js";

/** As many keys as one DeleteObjects takes. */
const BATCH = 1000;

export interface SweepReport {
  /** Expired uploads whose bytes were removed; their tombstones stay for one more lease. */
  abandoned: number;
  /** Files whose object and row are gone. */
  removed: number;
  /** Files whose object S3 would not delete; the next sweep tries again. */
  failed: number;
}

/** Removes the objects, and then the rows, of one kind's files whose lease is over. */
export async function sweepExpired<Row extends MediaFileModel, Facts extends StoredFacts>(
  repo: MediaRepo<Row, Facts>,
  s3: StorageClient,
  leaseSeconds: number,
): Promise<SweepReport> {
  const report: SweepReport = { abandoned: 0, removed: 0, failed: 0 };
  const claim = { limit: BATCH, leaseSeconds };

  for (;;) {
    const rows = await repo.claimExpired("deleting", claim);
    if (rows.length === 0) break;
    const deleted = await deleteObjects(s3, rows);
    report.failed += rows.length - deleted.length;
    report.removed += await repo.deleteAll(deleted.map(({ id }) => id));
  }

  // A request of the crashed upload may still be on its way: its tombstone outlives it.
  for (;;) {
    const rows = await repo.claimExpired("pending", claim);
    if (rows.length === 0) break;
    const deleted = await deleteObjects(s3, rows);
    report.failed += rows.length - deleted.length;
    report.abandoned += deleted.length;
  }
  return report;
}

/** The rows whose objects are gone. */
async function deleteObjects<Row extends MediaFileModel>(
  s3: StorageClient,
  rows: Row[],
): Promise<Row[]> {
  const { failed } = await s3.deleteMany(rows.map(({ s3Key }) => s3Key));
  const kept = new Set(failed.map(({ key }) => key));
  return rows.filter(({ s3Key }) => !kept.has(s3Key));
}
