import { S3AbortedError, S3Error } from "@repo/s3-provider";

import { errorFacts, type ObjectStoreLogger } from "../logger.js";
import type { OwnTransaction } from "../repo/own-transaction.js";
import type { StorageClient } from "../upload/storage-client.js";
import type { AuditFinding, AuditReport } from "./contract.js";
import { findObject, type InventoryFolder } from "./inventory.js";
import { quarantineObject, quarantineRow } from "./quarantine.js";

export interface RepairTools {
  s3: StorageClient;
  logger: ObjectStoreLogger;
  inOwnTransaction: OwnTransaction;
  signal: AbortSignal | undefined;
}

type Action = AuditFinding["action"];

/** What an audit does about its findings, as far as it may. */
export class AuditRepair {
  /** @param triesLeft repairs that may be tried; undefined in a dry run */
  constructor(
    private readonly tools: RepairTools,
    private readonly report: AuditReport,
    private triesLeft: number | undefined,
  ) {}

  orphan(object: { key: string; etag: string }): Promise<Action> {
    const { s3, signal } = this.tools;
    return this.#try(async () => {
      await quarantineObject(s3, object, signal);
      return true;
    });
  }

  /** Looks once more under the row's lock: an owner who deletes the file meanwhile is faster. */
  missingObject({ repo }: InventoryFolder, fileId: string): Promise<Action> {
    const { s3, signal, inOwnTransaction } = this.tools;
    return this.#try(() =>
      inOwnTransaction(async (transaction) => {
        const row = await repo.lockReady(fileId, transaction);
        if (row === null || (await findObject(s3, row.s3Key, signal)) !== undefined) return false;
        await quarantineRow(s3, row, signal);
        await repo.leaveToSweep(row, transaction);
        return true;
      }),
    );
  }

  async #try(fix: () => Promise<boolean>): Promise<Action> {
    if (this.triesLeft === undefined) return "kept";
    if (this.triesLeft === 0) {
      this.report.notFixed += 1;
      return "kept";
    }
    this.triesLeft -= 1;
    const isFixed = await fix().catch((error: unknown) => {
      if (!(error instanceof S3Error) || error instanceof S3AbortedError) throw error;
      this.tools.logger.warn("an audit could not repair what it found", errorFacts(error));
      return false;
    });
    this.report[isFixed ? "fixed" : "notFixed"] += 1;
    return isFixed ? "quarantined" : "failed";
  }
}
