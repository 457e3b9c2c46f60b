import { type Connections, ModelColumns, PreparedStatement } from "@repo/database";

import { TABLES } from "../kinds.js";
import type { JournalModel, JournalPurpose } from "../models/journal.model.js";
import { withDatabaseErrors } from "./database-failure.js";
import { modelsFor } from "./models-for.js";
import { fromNow, intoJournal, PURPOSE_OF_DIRECT_UPLOAD, toRemoval } from "./sql.js";

/** A row that a sweep has claimed. Model instances would take a tenth of a sweep's time. */
export type ClaimedRow = Pick<JournalModel, "id" | "s3Key">;

/** A row of the journal that an erasure has claimed. */
export interface ErasedRow {
  row: JournalModel;
  /** Its purpose before the claim. */
  was: JournalPurpose;
}

const END_EXPIRED = new PreparedStatement<[at: string, limit: number]>(`
  WITH ended AS (
    DELETE FROM ${TABLES.direct_upload} WHERE ctid = ANY (ARRAY (
      SELECT ctid FROM ${TABLES.direct_upload}
      WHERE lease_expires_at <= $1::timestamptz LIMIT $2 FOR UPDATE SKIP LOCKED
    ))
    RETURNING id, user_id, s3_key
  )
  ${intoJournal("ended", {
    kind: "direct_upload",
    lease: "$1::timestamptz",
    settled: "clock_timestamp()",
  })}
`);

// By ctid: with ids, PostgreSQL may scan the whole table to find the locked rows. A row that moved
// since the statement began is left to a later claim.
// https://www.postgresql.org/docs/current/sql-update.html, the example of a batch.
const CLAIM_EXPIRED = new PreparedStatement<
  [purpose: JournalPurpose, at: string, limit: number, leaseSeconds: number, settleSeconds: number]
>(`
  UPDATE ${TABLES.journal} SET
    ${toRemoval({ lease: fromNow("$4"), settled: `GREATEST(settled_at, ${fromNow("$5")})` })}
  WHERE ctid = ANY (ARRAY (
    SELECT ctid FROM ${TABLES.journal}
    WHERE purpose = $1 AND lease_expires_at <= $2::timestamptz
    ORDER BY lease_expires_at
    LIMIT $3
    FOR UPDATE SKIP LOCKED
  ))
  RETURNING id, s3_key
`);

const RELEASE = new PreparedStatement<[ids: readonly string[]]>(`
  UPDATE ${TABLES.journal} SET lease_expires_at = clock_timestamp()
  WHERE id = ANY ($1) AND purpose = 'removal'
`);

const END_OF_USER = new PreparedStatement<[userId: string, settleSeconds: number]>(`
  WITH ended AS (
    DELETE FROM ${TABLES.direct_upload} WHERE id IN (
      SELECT id FROM ${TABLES.direct_upload} WHERE user_id = $1 FOR UPDATE SKIP LOCKED
    )
    RETURNING id, user_id, s3_key, status, lease_expires_at
  )
  ${intoJournal("ended", {
    kind: "direct_upload",
    purpose: PURPOSE_OF_DIRECT_UPLOAD,
    lease: "clock_timestamp()",
    settled: `
      CASE status
        WHEN 'pending' THEN GREATEST(lease_expires_at, ${fromNow("$2")}) ELSE lease_expires_at
      END
    `,
  })}
`);

const COUNT = new PreparedStatement<[userId: string]>(`
  SELECT ${Object.values(TABLES)
    .map((table) => `(SELECT count(*) FROM ${table} WHERE user_id = $1)`)
    .join(" + ")}
`);

/** Takes over unfinished rows in batches, for sweeps and erasures. */
export class UnfinishedRepo {
  readonly #connections: Connections;
  readonly #columns: ModelColumns<JournalModel>;
  readonly #claimOfUser: PreparedStatement<
    [userId: string, after: string, limit: number, leaseSeconds: number, settleSeconds: number]
  >;

  constructor(connections: Connections) {
    const columns = new ModelColumns(modelsFor(connections.sequelize).journal);
    const settled = `
      CASE claimed.purpose
        WHEN 'upload' THEN GREATEST(settled_at, ${fromNow("$5")}) ELSE settled_at
      END
    `;
    this.#connections = connections;
    this.#columns = columns;
    this.#claimOfUser = new PreparedStatement(`
      WITH claimed AS (
        SELECT id, purpose FROM ${TABLES.journal}
        WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3 FOR UPDATE SKIP LOCKED
      )
      UPDATE ${TABLES.journal} AS entry SET ${toRemoval({ lease: fromNow("$4"), settled })}
      FROM claimed WHERE entry.id = claimed.id
      RETURNING ${columns.list("entry")}, claimed.purpose
    `);
  }

  /** Moves expired direct uploads to the journal and returns how many. */
  async endExpired({ at, limit }: { at: string; limit: number }): Promise<number> {
    return withDatabaseErrors("end direct uploads", () =>
      END_EXPIRED.execute(this.#connections, [at, limit]),
    );
  }

  /**
   * Claims rows whose lease had expired at a time; uploads become removals. Concurrent claims get
   * different rows and never wait for each other.
   *
   * @param claim `settleSeconds`: how long a request may still arrive
   */
  async claimExpired(
    purpose: JournalPurpose,
    claim: { at: string; limit: number; leaseSeconds: number; settleSeconds: number },
  ): Promise<ClaimedRow[]> {
    const { at, limit, leaseSeconds, settleSeconds } = claim;
    const rows = await withDatabaseErrors("claim expired rows", () =>
      CLAIM_EXPIRED.arrays<[id: string, s3Key: string]>(this.#connections, [
        purpose,
        at,
        limit,
        leaseSeconds,
        settleSeconds,
      ]),
    );
    // Emptied, because promises of past batches keep the array until V8's next full collection.
    return rows.splice(0).map(([id, s3Key]) => ({ id, s3Key }));
  }

  /** Ends the leases of claimed rows whose objects still exist, so that the next sweep claims them. */
  async release(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await withDatabaseErrors("release claimed rows", () =>
      RELEASE.execute(this.#connections, [ids]),
    );
  }

  /**
   * Moves a user's direct uploads to the journal, so that none can become a file. Their rows stay
   * there for as long as their URLs work.
   */
  async endOfUser(userId: string, settleSeconds: number): Promise<void> {
    await withDatabaseErrors("end a user's direct uploads", () =>
      END_OF_USER.execute(this.#connections, [userId, settleSeconds]),
    );
  }

  /**
   * Claims a batch of a user's rows in the journal, by id. An upload in flight loses its row, which
   * stays for as long as a request may still arrive. Locked rows are skipped.
   */
  async claimOfUser(
    userId: string,
    batch: { after: string; limit: number; leaseSeconds: number; settleSeconds: number },
  ): Promise<ErasedRow[]> {
    const { after, limit, leaseSeconds, settleSeconds } = batch;
    const rows = await withDatabaseErrors("claim a user's unfinished files", () =>
      this.#claimOfUser.arrays(this.#connections, [
        userId,
        after,
        limit,
        leaseSeconds,
        settleSeconds,
      ]),
    );
    return rows.map((row) => ({
      row: this.#columns.instance(row),
      was: row.at(-1) as JournalPurpose,
    }));
  }

  /** How many rows a user has in all tables. */
  async countOf(userId: string): Promise<number> {
    const [row] = await withDatabaseErrors("count a user's files", () =>
      COUNT.arrays<[count: string]>(this.#connections, [userId]),
    );
    return Number(row?.[0]);
  }
}
