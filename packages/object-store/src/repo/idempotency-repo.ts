import { createHash } from "node:crypto";

import { literal, type Transaction } from "sequelize";
import type { ModelCtor } from "sequelize-typescript";

import type { MediaFileModel } from "../models/media-file.model.js";
import { fromNow, leaseOver, type Owner } from "./conditions.js";
import { guarded } from "./database-failure.js";
import type { StatementOptions } from "./media-repo.js";
import { TableRepo } from "./table-repo.js";

export interface KeyOfOwner {
  userId: Owner;
  idempotencyKey: string;
}

const LEASE_IS_OVER = literal("lease_expires_at <= clock_timestamp()");

/**
 * Who uses which idempotency key. A key is one owner's for both kinds of file, which are two
 * tables: whoever is about to use one locks it first.
 */
export class IdempotencyRepo<Row extends MediaFileModel> extends TableRepo<Row> {
  /**
   * @param model of the kind of file to be stored
   * @param otherModel of the other kind
   */
  constructor(
    model: ModelCtor<Row>,
    private readonly otherModel: ModelCtor<MediaFileModel>,
  ) {
    super(model);
  }

  /** Excludes everybody else from using this key until the transaction ends. */
  async lock({ userId, idempotencyKey }: KeyOfOwner, transaction: Transaction): Promise<void> {
    const name = createHash("sha256").update(`idempotency key\0${userId ?? ""}\0${idempotencyKey}`);
    await guarded("lock the idempotency key", () =>
      this.database.query("SELECT pg_advisory_xact_lock(:name)", {
        replacements: { name: name.digest().readBigInt64BE().toString() },
        transaction,
      }),
    );
  }

  /** The file of this kind that the key belongs to, be it pending or ready. */
  async find(
    { userId, idempotencyKey }: KeyOfOwner,
    options: StatementOptions,
  ): Promise<Row | null> {
    return guarded("look for the idempotency key", () =>
      this.model.findOne({
        attributes: { include: [[LEASE_IS_OVER, "leaseIsOver"]] },
        where: this.where({ userId, idempotencyKey }),
        transaction: options.transaction ?? null,
      }),
    );
  }

  /** Whether the key belongs to a file of the other kind. */
  async isOfOtherKind(
    { userId, idempotencyKey }: KeyOfOwner,
    options: StatementOptions,
  ): Promise<boolean> {
    const other = await guarded("look for the idempotency key", () =>
      this.otherModel.findOne({
        attributes: ["id"],
        where: this.where<object>({ userId, idempotencyKey }),
        transaction: options.transaction ?? null,
      }),
    );
    return other !== null;
  }

  /** Whether the lease of a row that `find` gave was over, on the database's clock. */
  leaseIsOver(row: Row): boolean {
    return row.get("leaseIsOver") === true;
  }

  /**
   * pending → deleting for an upload whose lease is over. False when it is not, or when somebody
   * holds the row: nobody waits here for a transaction of the caller's.
   */
  async takeOver(id: string, graceSeconds: number, transaction: Transaction): Promise<boolean> {
    return guarded("take over an expired upload", async () => {
      const row = await this.model.findOne({
        where: this.where({ id, status: "pending", ...leaseOver() }),
        lock: transaction.LOCK.UPDATE,
        skipLocked: true,
        transaction,
      });
      if (row === null) return false;
      await row.update(
        {
          status: "deleting",
          idempotencyKey: null,
          leaseExpiresAt: fromNow(graceSeconds),
        } as object,
        { transaction },
      );
      return true;
    });
  }
}
