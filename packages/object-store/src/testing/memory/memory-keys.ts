import { SERVED_KINDS } from "../../kinds.js";
import type { DirectUploadModel } from "../../models/direct-upload.model.js";
import type { DeadRow, KeyPurpose, Keys } from "../../repo/key-repo.js";
import type { Values } from "./memory-rows.js";
import { fromNow, isOver, type MemoryTables } from "./memory-table.js";

/** Looks keys up in all tables in memory. */
export class MemoryKeys implements Keys {
  #reads = 0;

  constructor(private readonly tables: MemoryTables) {}

  /** No two times are the same, also while `Date` stands still: the microseconds count the calls. */
  async clock(): Promise<string> {
    await Promise.resolve();
    this.#reads = (this.#reads + 1) % 1000;
    return fromNow(0)
      .toISOString()
      .replace("Z", `${String(this.#reads).padStart(3, "0")}Z`);
  }

  async purposesOf(keys: readonly string[]): Promise<Map<string, KeyPurpose>> {
    await Promise.resolve();
    const isAsked = amongst(keys);
    const { journal, direct_upload: directUpload } = this.tables;
    const files = SERVED_KINDS.flatMap((kind) => this.tables[kind].rows.select(isAsked));
    return new Map<string, KeyPurpose>([
      ...journal.select(isAsked).map(({ s3Key, purpose }) => [s3Key, purpose] as const),
      ...files.map((row) => [row["s3Key"] as string, "file"] as const),
      ...directUpload.select(isAsked).map((row) => [row.s3Key, purposeOf(row)] as const),
    ]);
  }

  async runningAmong(keys: readonly string[]): Promise<Set<string>> {
    await Promise.resolve();
    const isAsked = amongst(keys);
    const { journal, direct_upload: directUpload } = this.tables;
    const uploads = [
      ...journal.select((row) => isAsked(row) && row["purpose"] === "upload"),
      ...directUpload.select((row) => isAsked(row) && row["status"] === "pending"),
    ];
    const running = uploads.filter(({ leaseExpiresAt }) => !isOver(leaseExpiresAt));
    return new Set(running.map(({ s3Key }) => s3Key));
  }

  async deadRows(
    seconds: number,
    { after = "", limit }: { after?: string | undefined; limit: number },
  ): Promise<DeadRow[]> {
    await Promise.resolve();
    const { journal, direct_upload: directUpload } = this.tables;
    const unfinished = [
      ...journal
        .select(() => true)
        .map(({ id, s3Key, purpose, leaseExpiresAt, settledAt }) => {
          const lease = leaseExpiresAt > settledAt ? leaseExpiresAt : settledAt;
          return { id, s3Key, purpose, leaseExpiresAt: lease };
        }),
      ...directUpload
        .select(() => true)
        .map((row) => {
          const { id, s3Key, leaseExpiresAt } = row;
          return { id, s3Key, purpose: purposeOf(row), leaseExpiresAt };
        }),
    ];
    const end = Date.now() - seconds * 1000;
    return unfinished
      .filter(({ s3Key, leaseExpiresAt }) => s3Key > after && isOver(leaseExpiresAt, end))
      .sort((a, b) => (a.s3Key < b.s3Key ? -1 : 1))
      .slice(0, limit);
  }
}

function amongst(keys: readonly string[]): (row: Values) => boolean {
  return (row) => keys.includes(row["s3Key"] as string);
}

/** The purpose that the journal would give a direct upload. */
export function purposeOf({ status }: Pick<DirectUploadModel, "status">): "upload" | "removal" {
  return status === "pending" ? "upload" : "removal";
}
