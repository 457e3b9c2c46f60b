import { type Connections, ModelColumns, PreparedStatement } from "@repo/database";

import { TABLES } from "../kinds.js";
import type { JournalModel, JournalPurpose } from "../models/journal.model.js";
import { guarded } from "./database-failure.js";
import { modelsFor } from "./models-for.js";
import { fromNow } from "./sql.js";

/** A row of the journal that an erasure has claimed. */
export interface ErasedRow {
  row: JournalModel;
  /** Its purpose before. */
  was: JournalPurpose;
}

const END_STAGED = new PreparedStatement<[userId: string, settleSeconds: number]>(`
  WITH ended AS (
    DELETE FROM ${TABLES.direct_upload} WHERE id IN (
      SELECT id FROM ${TABLES.direct_upload} WHERE user_id = $1 FOR UPDATE SKIP LOCKED
    )
    RETURNING id, user_id, s3_key, status, lease_expires_at
  )
  INSERT INTO ${TABLES.journal} (
    id, kind, user_id, s3_key, purpose, lease_expires_at, settled_at, created_at, updated_at
  )
  SELECT
    id, 'direct_upload', user_id, s3_key, CASE status WHEN 'pending' THEN 'upload' ELSE 'removal' END,
    clock_timestamp(),
    CASE WHEN status = 'pending' THEN GREATEST(lease_expires_at, ${fromNow("$2")}) ELSE lease_expires_at END,
    clock_timestamp(), clock_timestamp()
  FROM ended
`);

const COUNT = new PreparedStatement<[userId: string]>(`
  SELECT ${Object.values(TABLES)
    .map((table) => `(SELECT count(*) FROM ${table} WHERE user_id = $1)`)
    .join(" + ")}
`);

/** What the erasure of a user asks of what is unfinished. */
export class EraseRepo {
  readonly #connections: Connections;
  readonly #columns: ModelColumns<JournalModel>;
  readonly #claim: PreparedStatement<
    [userId: string, after: string, limit: number, leaseSeconds: number, settleSeconds: number]
  >;

  constructor(connections: Connections) {
    const columns = new ModelColumns(modelsFor(connections.sequelize).journal);
    this.#connections = connections;
    this.#columns = columns;
    this.#claim = new PreparedStatement(`
      WITH claimed AS (
        SELECT id, purpose FROM ${TABLES.journal}
        WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3 FOR UPDATE SKIP LOCKED
      )
      UPDATE ${TABLES.journal} AS entry SET
        purpose = 'removal',
        idempotency_key = NULL,
        lease_expires_at = ${fromNow("$4")},
        settled_at = CASE claimed.purpose
          WHEN 'upload' THEN GREATEST(settled_at, ${fromNow("$5")}) ELSE settled_at
        END,
        updated_at = clock_timestamp()
      FROM claimed WHERE entry.id = claimed.id
      RETURNING ${columns.list("entry")}, claimed.purpose
    `);
  }

  /**
   * Moves a user's direct uploads to the journal, first of all, so that none becomes a file behind
   * the erasure's back. Their rows stay there while their URLs may bring bytes.
   */
  async endStaged(userId: string, settleSeconds: number): Promise<void> {
    await guarded("end a user's direct uploads", () =>
      END_STAGED.execute(this.#connections, [userId, settleSeconds]),
    );
  }

  /**
   * Takes over a batch of what is unfinished of a user's, by id: an upload that is under way has
   * lost its row, which stays for as long as a request of it may still bring bytes. Rows that
   * somebody holds at the moment are passed over.
   */
  async claim(
    userId: string,
    batch: { after: string; limit: number; leaseSeconds: number; settleSeconds: number },
  ): Promise<ErasedRow[]> {
    const { after, limit, leaseSeconds, settleSeconds } = batch;
    const rows = await guarded("claim a user's unfinished files", () =>
      this.#claim.arrays(this.#connections, [userId, after, limit, leaseSeconds, settleSeconds]),
    );
    return rows.map((row) => ({
      row: this.#columns.instance(row),
      was: row.at(-1) as JournalPurpose,
    }));
  }

  /** How many rows a user has: files, direct uploads, and what is unfinished. */
  async countOf(userId: string): Promise<number> {
    const [row] = await guarded("count a user's files", () =>
      COUNT.arrays<[count: string]>(this.#connections, [userId]),
    );
    return Number(row?.[0]);
  }
}
