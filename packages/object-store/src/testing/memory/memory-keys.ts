import { setTimeout as sleep } from "node:timers/promises";

import type { Transaction } from "sequelize";
import type { ModelCtor } from "sequelize-typescript";

import type { MediaFileModel } from "../../models/media-file.model.js";
import { fromNow, leaseOver } from "../../repo/conditions.js";
import { IdempotencyRepo, type KeyOfOwner } from "../../repo/idempotency-repo.js";
import type { StatementOptions } from "../../repo/media-repo.js";
import type { MemoryTable } from "./memory-table.js";
import { isSameTransaction, outcomeOf, watch } from "./transactions.js";

/** Who holds which key, of both kinds of file. */
export type KeyLocks = Map<string, Transaction>;

interface Models<Row extends MediaFileModel> {
  own: ModelCtor<Row>;
  other: ModelCtor<MediaFileModel>;
}

interface Tables<Row extends MediaFileModel> {
  own: MemoryTable<Row>;
  other: Pick<MemoryTable<MediaFileModel>, "rows">;
}

/** Who uses which idempotency key, in memory. */
export class MemoryKeys<Row extends MediaFileModel> extends IdempotencyRepo<Row> {
  readonly #tables: Tables<Row>;
  readonly #locks: KeyLocks;

  constructor(models: Models<Row>, tables: Tables<Row>, locks: KeyLocks) {
    super(models.own, models.other);
    this.#tables = tables;
    this.#locks = locks;
  }

  override async lock(
    { userId, idempotencyKey }: KeyOfOwner,
    transaction: Transaction,
  ): Promise<void> {
    const name = `${userId ?? ""} ${idempotencyKey}`;
    watch(transaction);
    for (;;) {
      const holder = this.#locks.get(name);
      const isFree = holder === undefined || outcomeOf(holder) !== "open";
      if (isFree || isSameTransaction(holder, transaction)) break;
      await sleep(1);
    }
    this.#locks.set(name, transaction);
  }

  override async find(
    { userId, idempotencyKey }: KeyOfOwner,
    { transaction }: StatementOptions,
  ): Promise<Row | null> {
    await Promise.resolve();
    const [values] = this.#tables.own.rows.select({ userId, idempotencyKey }, transaction);
    return values === undefined ? null : this.#tables.own.toModel(values);
  }

  override async isOfOtherKind(
    { userId, idempotencyKey }: KeyOfOwner,
    { transaction }: StatementOptions,
  ): Promise<boolean> {
    await Promise.resolve();
    return this.#tables.other.rows.select({ userId, idempotencyKey }, transaction).length > 0;
  }

  override leaseIsOver({ leaseExpiresAt }: Row): boolean {
    return leaseExpiresAt !== null && leaseExpiresAt.getTime() <= Date.now();
  }

  override async takeOver(
    id: string,
    graceSeconds: number,
    transaction: Transaction,
  ): Promise<boolean> {
    await Promise.resolve();
    const taken = this.#tables.own.rows.updateUnlocked(
      { id, status: "pending", ...leaseOver() },
      { status: "deleting", idempotencyKey: null, leaseExpiresAt: fromNow(graceSeconds) },
      transaction,
    );
    return taken.length > 0;
  }
}
