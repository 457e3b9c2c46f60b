import type { StoredObjectModel } from "../models/stored-object.model.js";
import type { SweepRepo } from "../repo/sweep-repo.js";
import { checkInteger } from "../service/check.js";
import { tombstoneSeconds } from "../upload/tombstone.js";
import { abortStaleUploads } from "./abort-stale-uploads.js";
import type { SweepOptions, SweepReport } from "./contract.js";
import { throwIfAborted } from "./long-call.js";
import type { SweepTools, SweptKind } from "./sweep-tools.js";

/** As many keys as one DeleteObjects takes. */
const MAX_BATCH = 1000;

/** Removes the objects, and then the rows, of files whose lease is over. */
export async function sweep(
  kinds: readonly SweptKind[],
  client: Pick<SweepTools, "s3" | "logger" | "leaseSeconds">,
  { batchSize = MAX_BATCH, signal, onProgress }: SweepOptions,
): Promise<SweepReport> {
  const report: SweepReport = { abandoned: 0, removed: 0, aborted: 0, failed: 0 };
  const tools: SweepTools = {
    ...client,
    signal,
    report,
    batchSize: checkInteger("batchSize", batchSize, 1, MAX_BATCH),
    batchDone() {
      onProgress?.({ ...report });
      throwIfAborted(signal);
    },
  };
  for (const kind of kinds) {
    const at = await kind.repo.now();
    await removeDeleting(kind.repo, at, tools);
    await abandonPending(kind.repo, at, tools);
    await abortStaleUploads(kind, tools);
  }
  return report;
}

/** Finishes deletions. What S3 would not remove is left for the next sweep to claim. */
async function removeDeleting(
  repo: SweepRepo<StoredObjectModel>,
  at: string,
  tools: SweepTools,
): Promise<void> {
  const { leaseSeconds, batchSize: limit, report, batchDone } = tools;
  for (;;) {
    const rows = await repo.claimExpired("deleting", { at, limit, leaseSeconds });
    if (rows.length === 0) return;
    const { removed, kept } = await deleteObjects(rows, tools);
    report.removed += await repo.deleteAll(removed);
    await repo.release(kept);
    batchDone();
  }
}

/** Turns what crashed uploads left into tombstones, and removes the bytes that have come so far. */
async function abandonPending(
  repo: SweepRepo<StoredObjectModel>,
  at: string,
  tools: SweepTools,
): Promise<void> {
  const { batchSize: limit, report, batchDone } = tools;
  const leaseSeconds = tombstoneSeconds(tools.leaseSeconds);
  for (;;) {
    const rows = await repo.claimExpired("pending", { at, limit, leaseSeconds });
    if (rows.length === 0) return;
    report.abandoned += (await deleteObjects(rows, tools)).removed.length;
    batchDone();
  }
}

/** The ids of the rows whose objects are gone, and of those whose objects may still be there. */
async function deleteObjects(
  rows: readonly StoredObjectModel[],
  { s3, logger, signal, report }: SweepTools,
): Promise<{ removed: string[]; kept: string[] }> {
  const keys = rows.map(({ s3Key }) => s3Key);
  const { failed } = await s3.deleteMany(keys, { signal });
  if (failed.length > 0) {
    const codes = [...new Set(failed.map(({ error }) => error.code))];
    logger.warn("objects could not be swept", { count: failed.length, codes });
  }
  report.failed += failed.length;
  const keptKeys = new Set(failed.map(({ key }) => key));
  const idsWhere = (isKept: boolean): string[] =>
    rows.filter(({ s3Key }) => keptKeys.has(s3Key) === isKept).map(({ id }) => id);
  return { removed: idsWhere(false), kept: idsWhere(true) };
}
