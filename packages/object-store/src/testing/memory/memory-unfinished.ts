import { SERVED_KINDS } from "../../kinds.js";
import type { DirectUploadModel } from "../../models/direct-upload.model.js";
import type { JournalModel, JournalPurpose } from "../../models/journal.model.js";
import type { OwnerId } from "../../owner-types.js";
import type { ClaimedRow, ErasedRow, UnfinishedRows } from "../../repo/unfinished-repo.js";
import { toRemoval } from "./memory-journal.js";
import { purposeOf } from "./memory-keys.js";
import type { Values } from "./memory-rows.js";
import { fromNow, isOver, type MemoryTables } from "./memory-table.js";

/** What is unfinished in memory. As in SQL, rows that a transaction holds are skipped. */
export class MemoryUnfinished implements UnfinishedRows {
  /** By id of a row, the time of the sweep that released it last, which must not claim it again. */
  readonly #releasedAt = new Map<string, string>();
  #sweptAt = "";

  constructor(private readonly tables: MemoryTables) {}

  async endExpired({ at, limit }: { at: string; limit: number }): Promise<boolean> {
    await Promise.resolve();
    const leaseExpiresAt = new Date(at);
    const ended = this.#free("direct_upload", (row) =>
      isOver(row["leaseExpiresAt"], leaseExpiresAt.getTime()),
    ).slice(0, limit);
    for (const row of ended) {
      this.#end(row, { purpose: "removal", leaseExpiresAt, settledAt: fromNow(0) });
    }
    return ended.length > 0;
  }

  async claimExpired(
    purpose: JournalPurpose,
    { at, limit, ...times }: Parameters<UnfinishedRows["claimExpired"]>[1],
  ): Promise<ClaimedRow[]> {
    await Promise.resolve();
    this.#sweptAt = at;
    const isExpired = (row: Values): boolean =>
      row["purpose"] === purpose &&
      isOver(row["leaseExpiresAt"], Date.parse(at)) &&
      this.#releasedAt.get(row.id) !== at;
    const leaseOf = (row: Values): number => Number(row["leaseExpiresAt"]);
    return this.#free("journal", isExpired)
      .sort((a, b) => leaseOf(a) - leaseOf(b))
      .slice(0, limit)
      .map((row) => this.#claim(row, times));
  }

  async release(ids: readonly string[]): Promise<void> {
    await Promise.resolve();
    const { rows } = this.tables.journal;
    for (const row of rows.select(({ id, purpose }) => ids.includes(id) && purpose === "removal")) {
      rows.change(row, { leaseExpiresAt: fromNow(0) });
      this.#releasedAt.set(row.id, this.#sweptAt);
    }
  }

  async endOfUser(userId: OwnerId, settleSeconds: number): Promise<void> {
    await Promise.resolve();
    for (const row of this.#free("direct_upload", ofUser(userId))) {
      const purpose = purposeOf(this.tables.direct_upload.toModel(row));
      const lease = row["leaseExpiresAt"] as Date;
      const settledAt = purpose === "upload" ? latest(lease, fromNow(settleSeconds)) : lease;
      this.#end(row, { purpose, leaseExpiresAt: fromNow(0), settledAt });
    }
  }

  async claimOfUser(
    userId: OwnerId,
    { after, limit, ...times }: Parameters<UnfinishedRows["claimOfUser"]>[1],
  ): Promise<ErasedRow[]> {
    await Promise.resolve();
    const isOfUser = ofUser(userId);
    return this.#free("journal", (row) => isOfUser(row) && row.id > after)
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .slice(0, limit)
      .map((row) => ({ was: row["purpose"] as JournalPurpose, row: this.#claim(row, times) }));
  }

  async countOf(userId: OwnerId): Promise<number> {
    await Promise.resolve();
    const tables = [...SERVED_KINDS, "direct_upload", "journal"] as const;
    const rows = tables.flatMap((name) => this.tables[name].rows.select(ofUser(userId)));
    const grants = this.tables.grant.rows.select(({ grantee }) => grantee === userId);
    return rows.length + grants.length;
  }

  #free(table: "journal" | "direct_upload", meets: (row: Values) => boolean): Values[] {
    const { rows } = this.tables[table];
    return rows.select((row) => meets(row) && !rows.isHeld(row.id));
  }

  /** An upload becomes a removal, which waits for requests that may still arrive. */
  #claim(
    row: Values,
    { leaseSeconds, settleSeconds }: { leaseSeconds: number; settleSeconds: number },
  ): JournalModel {
    const { journal } = this.tables;
    const settled = row["settledAt"] as Date;
    const isUpload = row["purpose"] === "upload";
    const settledAt = isUpload ? latest(settled, fromNow(settleSeconds)) : settled;
    const changes = toRemoval(fromNow(leaseSeconds), settledAt);
    return journal.toModel(journal.rows.change(row, changes));
  }

  /** Moves a direct upload to the journal. */
  #end(row: Values, entry: Pick<JournalModel, "purpose" | "leaseExpiresAt" | "settledAt">): void {
    const { journal, direct_upload: directUpload } = this.tables;
    const { id, userId, s3Key, partByteSize, ...direct }: DirectUploadModel =
      directUpload.toModel(row);
    directUpload.rows.remove(id);
    const mayHaveParts = partByteSize !== null;
    const { reservedBytes, reservedFiles } = direct;
    const held = { reservedBytes, reservedFiles };
    journal.insert({ id, kind: "direct_upload", userId, s3Key, mayHaveParts, ...held, ...entry });
  }
}

function ofUser(userId: OwnerId): (row: Values) => boolean {
  return (row) => row["userId"] === userId;
}

function latest(a: Date, b: Date): Date {
  return a > b ? a : b;
}
