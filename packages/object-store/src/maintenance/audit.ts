import type { ListedObject } from "@repo/s3-provider";

import { described } from "../described.js";
import { InvalidInputError } from "../errors.js";
import type { InventoryRow } from "../repo/inventory-repo.js";
import type { KeyRepo } from "../repo/key-repo.js";
import { checkBoolean, checkInteger } from "../service/check.js";
import { MAX_UPLOAD_SECONDS } from "../upload/upload-time.js";
import { fileIdOfKey } from "../upload/storage-key.js";
import { AuditRepair, type RepairTools } from "./audit-repair.js";
import { type AuditFolder, AuditLook, isWhole } from "./audit-look.js";
import type { AuditOptions, AuditReport } from "./contract.js";
import { objectsInKeyOrder, OwnObjects, RowsInKeyOrder } from "./inventory.js";
import { throwIfAborted } from "../throw-if-aborted.js";
import { mergeByKey, type Pair } from "./merge-by-key.js";

const MIN_AGE_SECONDS = 2 * MAX_UPLOAD_SECONDS;

/** Keys that are compared between two reports of progress. */
const BATCH = 1000;

/** Seconds for which the lease of an unfinished row may have been over before it counts as dead. */
const DEAD_AFTER_SECONDS = 3_600;

interface Tools extends Omit<RepairTools, "signal"> {
  keys: KeyRepo;
}

/** Compares objects and rows, key by key. The folders are in their own order. */
export async function audit(
  folders: readonly AuditFolder[],
  tools: Tools,
  options: AuditOptions,
): Promise<AuditReport> {
  const { signal, onProgress, onFinding } = options;
  const fix = checkBoolean("fix", options.fix ?? false);
  const minAge = options.minAgeSeconds ?? MIN_AGE_SECONDS;
  const maxFixes = checkInteger("maxFixes", options.maxFixes ?? 1000, 0, 1_000_000_000);
  checkInteger("minAgeSeconds", minAge, MIN_AGE_SECONDS, 1_000_000_000);

  const report = emptyReport();
  const repair = new AuditRepair({ ...tools, signal }, report, fix ? maxFixes : undefined);
  const now = await tools.keys.clock();
  const look = new AuditLook({
    s3: tools.s3,
    signal,
    report,
    repair,
    keys: tools.keys,
    now,
    minAgeMs: 1000 * minAge,
  });

  const listing = options.listing ?? objectsInKeyOrder(tools.s3, folders, signal);
  checkListing(listing);
  const isOwn = (key: string) => {
    if (fileIdOfKey(key) !== undefined) return true;
    if (folderOf(folders, key) !== undefined) report.foreign += 1;
    return false;
  };
  const objects = new OwnObjects(listing, isOwn, signal);
  let keys = 0;
  const visit = ({ key, left: object, right: row }: Pair<ListedObject, InventoryRow>) => {
    if (object !== undefined) report.objects += 1;
    if (row !== undefined) report.rows += 1;
    keys += 1;
    if (keys % BATCH === 0) {
      throwIfAborted(signal);
      onProgress?.({ ...report });
    }
    const folder = folderOf(folders, key);
    if (folder === undefined || isWhole(object, row)) return undefined;
    return look.compare(folder, object, row).then((finding) => finding && onFinding?.(finding));
  };
  try {
    await mergeByKey(objects, new RowsInKeyOrder(folders), visit);
  } catch (error) {
    // What went wrong first is told.
    await objects.close().catch(() => undefined);
    throw error;
  }
  await tellDeadRows(tools.keys, report, options);
  onProgress?.({ ...report });
  return report;
}

/** Those that no sweep has cared for: nobody sweeps, or S3 refuses what the sweep asks for. */
async function tellDeadRows(
  keys: KeyRepo,
  report: AuditReport,
  { signal, onFinding }: AuditOptions,
): Promise<void> {
  let after: string | undefined;
  for (;;) {
    const rows = await keys.deadRows(DEAD_AFTER_SECONDS, { after, limit: BATCH });
    for (const { id: fileId, s3Key: key, purpose, leaseExpiresAt } of rows) {
      throwIfAborted(signal);
      report.deadRows += 1;
      await onFinding?.({
        finding: "dead_row",
        key,
        fileId,
        purpose,
        leaseExpiresAt,
        action: "kept",
      });
    }
    after = rows.at(-1)?.s3Key;
    if (rows.length < BATCH) return;
  }
}

function folderOf(folders: readonly AuditFolder[], key: string): AuditFolder | undefined {
  return folders.find(({ folder }) => key.startsWith(`${folder}/`));
}

function emptyReport(): AuditReport {
  return {
    objects: 0,
    rows: 0,
    orphans: 0,
    missingObjects: 0,
    sizeMismatches: 0,
    deadRows: 0,
    tooYoung: 0,
    foreign: 0,
    fixed: 0,
    notFixed: 0,
  };
}

/** @throws InvalidInputError (`invalid_input`) */
function checkListing(listing: unknown): void {
  if (typeof listing === "object" && listing !== null && Symbol.asyncIterator in listing) return;
  throw new InvalidInputError(`listing must be an async iterable, and ${described(listing)} came.`);
}
