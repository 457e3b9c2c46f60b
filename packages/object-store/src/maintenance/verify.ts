import { S3AbortedError, S3Error } from "@repo/s3-provider";

import { errorFacts, type ObjectStoreLogger } from "../logger.js";
import type { InventoryRow, KeyPosition } from "../repo/inventory-repo.js";
import { checkInteger } from "../service/check.js";
import type { StorageClient } from "../upload/storage-client.js";
import type { VerifyFinding, VerifyOptions, VerifyReport } from "./contract.js";
import type { InventoryKind } from "./inventory.js";
import { throwIfAborted } from "../throw-if-aborted.js";
import { Pace } from "./pace.js";
import { readObject } from "./read-object.js";
import { decodeVerifyCursor, encodeVerifyCursor } from "./verify-cursor.js";

const BATCH = 100;

/** Files in a row that S3 may not give before it counts as out of reach. */
const MAX_UNREADABLE = 10;

const DEFAULT_BYTES_PER_SECOND = 16 * 1024 * 1024;

interface Tools {
  s3: StorageClient;
  logger: ObjectStoreLogger;
}

/** Reads the objects of files in the order of their keys. The kinds are in that of their folders. */
export async function verify(
  kinds: readonly InventoryKind[],
  { s3, logger }: Tools,
  options: VerifyOptions,
): Promise<VerifyReport> {
  const { signal, onProgress, onFinding, cursor } = options;
  const most = Number.MAX_SAFE_INTEGER;
  const rate = options.bytesPerSecond ?? DEFAULT_BYTES_PER_SECOND;
  const pace = new Pace(checkInteger("bytesPerSecond", rate, 1, most), signal);
  const maxFiles = checkInteger("maxFiles", options.maxFiles ?? most, 1, most);
  const start = cursor === undefined || cursor === null ? undefined : decodeVerifyCursor(cursor);
  const report: VerifyReport = {
    files: 0,
    bytes: 0,
    corrupt: 0,
    unreadable: 0,
    cursor: cursor ?? null,
  };

  let unreadableInARow = 0;
  const look = async (row: InventoryRow): Promise<VerifyFinding["finding"] | "intact"> => {
    try {
      const found = await readObject(row, { s3, pace, signal });
      unreadableInARow = 0;
      return found;
    } catch (error) {
      if (!(error instanceof S3Error) || error instanceof S3AbortedError) throw error;
      unreadableInARow += 1;
      if (unreadableInARow > MAX_UNREADABLE) throw error;
      logger.warn("an object could not be verified", { fileId: row.id, ...errorFacts(error) });
      return "unreadable";
    }
  };

  for (const { kind, folder, rows: repo } of kinds) {
    if (start !== undefined && folder < start.folder) continue;
    let after: KeyPosition | undefined = start?.folder === folder ? start : undefined;
    for (;;) {
      const limit = Math.min(BATCH, maxFiles - report.files);
      if (limit === 0) return report;
      const rows = await repo.pageInKeyOrder({ after, limit });
      for (const row of rows) {
        const finding = await look(row);
        report.files += 1;
        report.bytes = pace.bytes;
        report.cursor = encodeVerifyCursor(row.s3Key);
        if (finding !== "intact" && (await repo.findByKey(row.s3Key)) !== null) {
          report[finding === "unreadable" ? "unreadable" : "corrupt"] += 1;
          await onFinding?.({ finding, kind, fileId: row.id, key: row.s3Key });
        }
        onProgress?.({ ...report });
        throwIfAborted(signal);
      }
      after = rows.at(-1);
      if (rows.length < limit) break;
    }
  }
  report.cursor = null;
  onProgress?.({ ...report });
  return report;
}
