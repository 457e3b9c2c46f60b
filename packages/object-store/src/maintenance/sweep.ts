import type { ClaimedRow } from "../repo/sweep-repo.js";
import { checkInteger } from "../service/check.js";
import { settleSeconds } from "../upload/late-requests.js";
import { abortStaleUploads } from "./abort-stale-uploads.js";
import type { SweepOptions, SweepReport } from "./contract.js";
import { throwIfAborted } from "../throw-if-aborted.js";
import type { StagedObjects } from "./sweep-staged-objects.js";
import type { SweepTools } from "./sweep-tools.js";

/** As many keys as one DeleteObjects takes. */
const MAX_BATCH = 1000;

const PARALLEL = 4;
const STAGED_OBJECTS = 10_000;
const MAX_PARALLEL = 16;

/** Ends what the journal says is unfinished, and whose lease is over. */
export async function sweep(
  client: Pick<SweepTools, "repo" | "journal" | "keys" | "s3" | "logger" | "leaseSeconds">,
  staged: StagedObjects,
  {
    batchSize = MAX_BATCH,
    parallel = PARALLEL,
    stagedObjects = STAGED_OBJECTS,
    ...options
  }: SweepOptions,
): Promise<SweepReport> {
  const { signal, onProgress } = options;
  const maxStaged = checkInteger("stagedObjects", stagedObjects, 0, 1_000_000_000);
  const report: SweepReport = { abandoned: 0, removed: 0, aborted: 0, strays: 0, failed: 0 };
  const tools: SweepTools = {
    ...client,
    signal,
    report,
    batchSize: checkInteger("batchSize", batchSize, 1, MAX_BATCH),
    parallel: checkInteger("parallel", parallel, 1, MAX_PARALLEL),
    batchDone() {
      onProgress?.({ ...report });
      throwIfAborted(signal);
    },
  };
  const at = await client.repo.now();
  await endStaged(at, tools);
  await removeObjects(at, tools);
  await abandonUploads(at, tools);
  await abortStaleUploads(tools);
  await staged.sweep(tools, maxStaged);
  return report;
}

/** Direct uploads whose time is over have objects to be removed, and nothing else. */
function endStaged(at: string, tools: SweepTools): Promise<void> {
  const { repo, batchSize: limit } = tools;
  return eachBatch(tools, async () => (await repo.endStaged({ at, limit })) > 0);
}

/** Finishes removals. What S3 would not remove is left for the next sweep to claim. */
function removeObjects(at: string, tools: SweepTools): Promise<void> {
  const { repo, journal, leaseSeconds, batchSize: limit, report } = tools;
  return eachBatch(tools, async () => {
    const claim = { at, limit, leaseSeconds, settleSeconds: 0 };
    const rows = await repo.claimExpired("removal", claim);
    if (rows.length === 0) return false;
    const { removed, kept } = await deleteObjects(rows, tools);
    const ended = await journal.forget(removed);
    report.removed += ended.size;
    await repo.release(kept);
    return true;
  });
}

/**
 * Removes the bytes that have come of crashed uploads. Their rows stay, as removals, until no request
 * of them can bring more.
 */
function abandonUploads(at: string, tools: SweepTools): Promise<void> {
  const { repo, batchSize: limit, report } = tools;
  const seconds = settleSeconds(tools.leaseSeconds);
  return eachBatch(tools, async () => {
    const claim = { at, limit, leaseSeconds: seconds, settleSeconds: seconds };
    const rows = await repo.claimExpired("upload", claim);
    if (rows.length === 0) return false;
    const { removed } = await deleteObjects(rows, tools);
    report.abandoned += removed.length;
    return true;
  });
}

/**
 * Works on several batches at a time until none is left: while S3 removes the objects of one,
 * PostgreSQL claims another. After a failure, those under way are finished and no more are begun.
 */
async function eachBatch(
  { parallel, batchDone }: SweepTools,
  work: () => Promise<boolean>,
): Promise<void> {
  let hasFailed = false;
  const lane = async (): Promise<void> => {
    try {
      while (!hasFailed && (await work())) batchDone();
    } catch (error) {
      hasFailed = true;
      throw error;
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: parallel }, lane));
  for (const ended of lanes) if (ended.status === "rejected") throw ended.reason;
}

/** The ids of the rows whose objects are gone, and of those whose objects may still be there. */
async function deleteObjects(
  rows: readonly ClaimedRow[],
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
