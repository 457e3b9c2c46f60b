import { PreparedStatement } from "@repo/database";
import { QueryTypes } from "sequelize";
import type { ModelCtor } from "sequelize-typescript";

import type { MediaStatus, StoredObjectModel } from "../models/stored-object.model.js";
import { leaseHeld } from "./conditions.js";
import { guarded } from "./database-failure.js";
import { TableRepo } from "./table-repo.js";

/**
 * A row that a sweep has claimed. A sweep takes any number of rows, so these are no model instances:
 * making them took a tenth of its time.
 */
export type ClaimedRow = Pick<StoredObjectModel, "id" | "s3Key">;

/** What a sweep asks of the rows of one kind of file, a batch at a time. */
export class SweepRepo<Row extends StoredObjectModel> extends TableRepo<Row> {
  readonly #claim: PreparedStatement<
    [status: MediaStatus, at: string, limit: number, leaseSeconds: number]
  >;
  readonly #deleteAll: PreparedStatement<[ids: readonly string[]]>;

  constructor(model: ModelCtor<Row>) {
    super(model);
    // By where the locked rows lie: by their ids, PostgreSQL may read all of the table to find them. A
    // row that has moved since the statement began is left to a later claim.
    // https://www.postgresql.org/docs/current/sql-update.html, the example of a batch.
    this.#claim = new PreparedStatement(`
      UPDATE ${this.table} SET
        status = 'deleting',
        ${this.freed}
        lease_expires_at = clock_timestamp() + make_interval(secs => $4),
        updated_at = clock_timestamp()
      WHERE ctid = ANY (ARRAY (
        SELECT ctid FROM ${this.table}
        WHERE status = $1 AND status <> 'ready' AND lease_expires_at <= $2
        ORDER BY lease_expires_at
        LIMIT $3
        FOR UPDATE SKIP LOCKED
      ))
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
   * Takes over files whose lease was over at a time, for one lease of the taker's: pending ones
   * become deleting. Parties that claim at once get different files, and nobody waits for another.
   */
  async claimExpired(
    status: "pending" | "deleting",
    claim: { at: string; limit: number; leaseSeconds: number },
  ): Promise<ClaimedRow[]> {
    const { at, limit, leaseSeconds } = claim;
    const rows = await guarded("claim expired files", () =>
      this.#claim.arrays<[id: string, s3Key: string]>(this.database, [
        status,
        at,
        limit,
        leaseSeconds,
      ]),
    );
    // Emptied, as promises of past batches hold it until V8 next collects all of its heap.
    return rows.splice(0).map(([id, s3Key]) => ({ id, s3Key }));
  }

  /** Ends the leases of claimed files whose objects are still there, for the next sweep to claim. */
  async release(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await guarded("release claimed files", () =>
      this.database.query(
        `UPDATE ${this.table} SET lease_expires_at = clock_timestamp()
         WHERE id IN (:ids) AND status = 'deleting'`,
        { replacements: { ids: [...ids] }, transaction: null },
      ),
    );
  }

  /** Removes the rows of deleting files whose objects are gone. */
  async deleteAll(ids: readonly string[]): Promise<number> {
    if (ids.length === 0) return 0;
    return guarded("remove the files' rows", () => this.#deleteAll.execute(this.database, [ids]));
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
