import type { MediaFileModel } from "../models/media-file.model.js";
import type { SweepRepo } from "../repo/sweep-repo.js";
import { tombstoneSeconds } from "../upload/tombstone.js";
import { abortStaleUploads } from "./abort-stale-uploads.js";
import type { SweepTools } from "./sweep-tools.js";

/** As many keys as one DeleteObjects takes. */
const BATCH = 1000;

export interface SweepReport {
  /** Expired uploads whose bytes were removed; their tombstones stay until nothing can follow. */
  abandoned: number;
  /** Files whose object and row are gone. */
  removed: number;
  /** Multipart uploads that nobody will finish, and that were discarded. */
  aborted: number;
  /** Objects and multipart uploads that S3 would not remove; the next sweep tries again. */
  failed: number;
}

/** Removes the objects, and then the rows, of one kind's files whose lease is over. */
export async function sweepExpired<Row extends MediaFileModel>(
  repo: SweepRepo<Row>,
  folder: "images" | "audio",
  tools: SweepTools,
): Promise<SweepReport> {
  const { leaseSeconds } = tools;
  const at = await repo.now();
  const report: SweepReport = { abandoned: 0, removed: 0, aborted: 0, failed: 0 };

  const graves = { at, limit: BATCH, leaseSeconds };
  for (;;) {
    const rows = await repo.claimExpired("deleting", graves);
    if (rows.length === 0) break;
    const deleted = await deleteObjects(tools, rows);
    report.failed += rows.length - deleted.length;
    report.removed += await repo.deleteAll(deleted.map(({ id }) => id));
  }

  const crashed = { at, limit: BATCH, leaseSeconds: tombstoneSeconds(leaseSeconds) };
  for (;;) {
    const rows = await repo.claimExpired("pending", crashed);
    if (rows.length === 0) break;
    const deleted = await deleteObjects(tools, rows);
    report.failed += rows.length - deleted.length;
    report.abandoned += deleted.length;
  }

  const uploads = await abortStaleUploads(repo, folder, tools);
  report.aborted = uploads.aborted;
  report.failed += uploads.failed;
  return report;
}

/** The rows whose objects are gone. */
async function deleteObjects<Row extends MediaFileModel>(
  { s3, logger }: SweepTools,
  rows: Row[],
): Promise<Row[]> {
  const { failed } = await s3.deleteMany(rows.map(({ s3Key }) => s3Key));
  if (failed.length > 0) {
    const codes = [...new Set(failed.map(({ error }) => error.code))];
    logger.warn("objects could not be swept", { count: failed.length, codes });
  }
  const kept = new Set(failed.map(({ key }) => key));
  return rows.filter(({ s3Key }) => !kept.has(s3Key));
}
