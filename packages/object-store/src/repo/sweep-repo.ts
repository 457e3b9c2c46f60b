import { PreparedStatement } from "@repo/database";
import { QueryTypes, type Transaction } from "sequelize";
import type { ModelCtor } from "sequelize-typescript";

import type { StoredObjectModel } from "../models/stored-object.model.js";
import { leaseHeld } from "./conditions.js";
import { guarded } from "./database-failure.js";
import { TableRepo } from "./table-repo.js";

/**
 * A row that a sweep has taken. A sweep takes any number of rows, so these are no model instances:
 * making them took a tenth of its time.
 */
export type SweptRow = Pick<StoredObjectModel, "id" | "s3Key">;

/** What a sweep asks of the rows of one kind of file, a batch at a time. */
export class SweepRepo<Row extends StoredObjectModel> extends TableRepo<Row> {
  readonly #lock: PreparedStatement<[at: string, limit: number]>;
  readonly #claim: PreparedStatement<[at: string, limit: number, leaseSeconds: number]>;
  readonly #deleteAll: PreparedStatement<[ids: readonly string[]]>;

  constructor(model: ModelCtor<Row>) {
    super(model);
    const expired = (status: "pending" | "deleting", columns: string): string => `
      SELECT ${columns} FROM ${this.table}
      WHERE status = '${status}' AND status <> 'ready' AND lease_expires_at <= $1
      ORDER BY lease_expires_at
      LIMIT $2
      FOR UPDATE SKIP LOCKED
    `;
    this.#lock = new PreparedStatement(expired("deleting", "id, s3_key"));
    // By where the locked rows lie: by their ids, PostgreSQL may read all of the table to find them. A
    // row that has moved since the statement began is left to a later claim.
    // https://www.postgresql.org/docs/current/sql-update.html, the example of a batch.
    this.#claim = new PreparedStatement(`
      UPDATE ${this.table} SET
        status = 'deleting',
        ${this.freed}
        lease_expires_at = clock_timestamp() + make_interval(secs => $3),
        updated_at = clock_timestamp()
      WHERE ctid = ANY (ARRAY (${expired("pending", "ctid")}))
      RETURNING id, s3_key
    `);
    this.#deleteAll = new PreparedStatement(
      `DELETE FROM ${this.table} WHERE id = ANY ($1) AND status = 'deleting'`,
    );
  }

  /** The database's clock, as claimExpired compares it. */
  async now(): Promise<string> {
    const [row] = await guarded("tell the time", () =>
      this.database.query<{ now: string }>("SELECT clock_timestamp()::text AS now", {
        type: QueryTypes.SELECT,
        transaction: null,
      }),
    );
    if (row === undefined) throw new Error("PostgreSQL told no time");
    return row.now;
  }

  /**
   * Holds deleting files whose lease was over at a time until the transaction ends, for one lease at
   * most: PostgreSQL ends the session of a sweeper that is silent for longer, as one whose machine
   * was lost. Parties that ask at once get different files, and nobody waits for another.
   *
   * Moving a lease, as {@link claimPending} does, writes each row and most of its indexes anew, which
   * took nine tenths of the database's time.
   */
  async holdDeleting(
    { at, limit, leaseSeconds }: { at: string; limit: number; leaseSeconds: number },
    transaction: Transaction,
  ): Promise<SweptRow[]> {
    const rows = await guarded("hold expired files", async () => {
      await this.database.query(
        `SET LOCAL idle_in_transaction_session_timeout = ${leaseSeconds * 1_000}`,
        { transaction },
      );
      return this.#lock.arrays<SweptColumns>(this.database, [at, limit], { transaction });
    });
    return rowsOf(rows);
  }

  /**
   * Takes over pending files whose lease was over at a time: they become deleting, for a lease.
   * Parties that claim at once get different files, and nobody waits for another.
   */
  async claimPending(claim: {
    at: string;
    limit: number;
    leaseSeconds: number;
  }): Promise<SweptRow[]> {
    const { at, limit, leaseSeconds } = claim;
    const rows = await guarded("claim expired files", () =>
      this.#claim.arrays<SweptColumns>(this.database, [at, limit, leaseSeconds]),
    );
    return rowsOf(rows);
  }

  /** Leaves files that are held, and whose objects are still there, to a sweep that begins later. */
  async leave(ids: readonly string[], transaction: Transaction): Promise<void> {
    if (ids.length === 0) return;
    await guarded("leave held files", () =>
      this.database.query(
        `UPDATE ${this.table} SET lease_expires_at = clock_timestamp()
         WHERE id IN (:ids) AND status = 'deleting'`,
        { replacements: { ids: [...ids] }, transaction },
      ),
    );
  }

  /** Removes the rows of deleting files whose objects are gone. */
  async deleteAll(ids: readonly string[], transaction?: Transaction): Promise<number> {
    if (ids.length === 0) return 0;
    return guarded("remove the files' rows", () =>
      this.#deleteAll.execute(this.database, [ids], { transaction }),
    );
  }

  /** Those of these ids whose upload is running: pending, with a lease that is not over. */
  async findRunning(ids: readonly string[]): Promise<Row[]> {
    return guarded("look for running uploads", () =>
      this.model.findAll({
        attributes: ["id", "s3Key"],
        where: this.where({ id: [...ids], status: "pending", ...leaseHeld() }),
        transaction: null,
      }),
    );
  }
}

type SweptColumns = [id: string, s3Key: string];

/** Emptied, as promises of past batches hold the rows until V8 next collects all of its heap. */
function rowsOf(rows: SweptColumns[]): SweptRow[] {
  return rows.splice(0).map(([id, s3Key]) => ({ id, s3Key }));
}
