import { QueryTypes } from "sequelize";

import type { StoredObjectModel, MediaStatus } from "../models/stored-object.model.js";
import { guarded } from "./database-failure.js";
import { SweepRepo } from "./sweep-repo.js";

interface EraseClaim {
  userId: string;
  /** Only files behind this id; the ids of all when absent. */
  after: string | undefined;
  limit: number;
  leaseSeconds: number;
  tombstoneSeconds: number;
}

/** What the erasure of a user asks of the rows of one kind of file. */
export class EraseRepo<Row extends StoredObjectModel> extends SweepRepo<Row> {
  /**
   * Takes over a batch of a user's files, whatever their status, by id: all become deleting, and an
   * upload that is under way has lost its row, which stays for as long as a request of it, or one
   * that was signed for it, may still bring bytes. Rows that somebody holds at the moment are passed
   * over. What each row was before is told by {@link wasOf}, and {@link staysOf}.
   */
  async claim(claim: EraseClaim): Promise<Row[]> {
    return guarded("claim a user's files", () =>
      this.database.query(
        `
          WITH claimed AS (
            SELECT
              id,
              status,
              status = 'pending'
                OR (status = 'deleting' AND lease_expires_at > clock_timestamp()) AS stays
            FROM ${this.table}
            WHERE user_id = :userId ${claim.after === undefined ? "" : "AND id > :after"}
            ORDER BY id
            LIMIT :limit
            FOR UPDATE SKIP LOCKED
          )
          UPDATE ${this.table} AS file SET
            status = 'deleting',
            ${this.freed}
            lease_expires_at = CASE
              WHEN claimed.status = 'deleting' AND claimed.stays THEN file.lease_expires_at
              WHEN claimed.stays THEN GREATEST(
                file.lease_expires_at,
                clock_timestamp() + make_interval(secs => :tombstoneSeconds)
              )
              ELSE clock_timestamp() + make_interval(secs => :leaseSeconds)
            END,
            updated_at = clock_timestamp()
          FROM claimed WHERE file.id = claimed.id
          RETURNING file.id, file.s3_key, file.byte_size, file.sha256, claimed.status AS was,
            claimed.stays
        `,
        {
          replacements: { ...claim },
          type: QueryTypes.SELECT,
          transaction: null,
          model: this.model,
          mapToModel: true,
        },
      ),
    );
  }

  wasOf(row: Row): MediaStatus {
    return row.get("was") as MediaStatus;
  }

  /**
   * Whether the row has to stay: of an upload that ran, whose last request may still be on its way,
   * or another party's tombstone.
   */
  staysOf(row: Row): boolean {
    return row.get("stays") === true;
  }

  /** Which of these keys have a row. */
  async findByKeys(keys: readonly string[]): Promise<Row[]> {
    return guarded("look for the rows of keys", () =>
      this.model.findAll({
        attributes: ["id", "s3Key", "status"],
        where: this.where({ s3Key: [...keys] }),
        transaction: null,
      }),
    );
  }

  /** How many rows a user has, of whatever status. */
  async countOf(userId: string): Promise<number> {
    return guarded("count a user's files", () =>
      this.model.count({ where: this.where({ userId }), transaction: null }),
    );
  }
}
