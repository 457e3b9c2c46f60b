import { QueryTypes, type Sequelize, type WhereOptions } from "sequelize";
import type { ModelCtor } from "sequelize-typescript";

import type { MediaFileModel } from "../models/media-file.model.js";
import { leaseHeld } from "./conditions.js";
import { guarded } from "./database-failure.js";

/** What a sweep asks of the rows of one kind of file, a batch at a time. */
export class SweepRepo<Row extends MediaFileModel> {
  constructor(private readonly model: ModelCtor<Row>) {}

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
  ): Promise<Row[]> {
    const table = this.model.getTableName() as string;
    return guarded("claim expired files", () =>
      this.database.query(
        `
          UPDATE "${table}" SET
            status = 'deleting',
            lease_expires_at = clock_timestamp() + make_interval(secs => :leaseSeconds),
            updated_at = clock_timestamp()
          WHERE id IN (
            SELECT id FROM "${table}"
            WHERE status = :status AND status <> 'ready' AND lease_expires_at <= :at
            ORDER BY lease_expires_at
            LIMIT :limit
            FOR UPDATE SKIP LOCKED
          )
          RETURNING *
        `,
        {
          replacements: { status, ...claim },
          type: QueryTypes.SELECT,
          transaction: null,
          model: this.model,
          mapToModel: true,
        },
      ),
    );
  }

  /** Removes the rows of deleting files whose objects are gone. */
  async deleteAll(ids: readonly string[]): Promise<number> {
    return guarded("remove the files' rows", () =>
      this.model.destroy({
        where: this.where({ id: [...ids], status: "deleting" }),
        transaction: null,
      }),
    );
  }

  /** Those of these ids whose upload is running: pending, with a lease that is not over. */
  async findRunning(ids: readonly string[]): Promise<Row[]> {
    return guarded("look for running uploads", () =>
      this.model.findAll({
        where: this.where({ id: [...ids], status: "pending", ...leaseHeld() }),
        transaction: null,
      }),
    );
  }

  private get database(): Sequelize {
    const { sequelize } = this.model;
    if (sequelize === undefined) throw new Error("the model is not bound to a connection");
    return sequelize;
  }

  /** Sequelize derives the type of conditions from the model, which is open here. */
  private where(conditions: object): WhereOptions<Row> {
    return conditions as WhereOptions<Row>;
  }
}
