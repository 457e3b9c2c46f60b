import { S3AbortedError, S3Error } from "@repo/s3-provider";

import { errorFacts, type ObjectStoreLogger } from "../logger.js";
import type { MediaFileModel } from "../models/media-file.model.js";
import type { Files } from "../repo/media-repo.js";
import { findObject } from "../upload/find-object.js";
import type { StorageClient } from "../upload/storage-client.js";
import type { AuditFinding, AuditReport } from "./contract.js";
import { quarantinedRowKey, quarantineObject, quarantineRow } from "./quarantine.js";

export interface RepairTools {
  s3: StorageClient;
  logger: ObjectStoreLogger;
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

  /** Keeps the row, and then takes it away: an owner who changes or deletes the file is faster. */
  missingObject(files: Files<MediaFileModel>, fileId: string): Promise<Action> {
    const { s3, signal } = this.tools;
    return this.#try(async () => {
      const row = await files.findById(fileId);
      if (row === null || (await findObject(s3, row.s3Key, signal)) !== undefined) return false;
      await quarantineRow(s3, row, signal);
      const { removed } = await files.remove([fileId], row.userId, {
        leaseSeconds: 0,
        skipLocked: true,
      });
      const [last] = removed;
      if (last === undefined) await s3.delete(quarantinedRowKey(row), { signal });
      else if (Number(last.updatedAt) !== Number(row.updatedAt))
        await quarantineRow(s3, last, signal);
      return last !== undefined;
    });
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
