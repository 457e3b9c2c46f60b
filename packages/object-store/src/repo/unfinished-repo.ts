import { type Connections, PreparedStatement } from "@repo/database";

import { TABLES } from "../kinds.js";
import type { JournalModel, JournalPurpose } from "../models/journal.model.js";
import { ModelRepo } from "./model-repo.js";
import { modelsFor } from "./models-for.js";
import { fromNow, intoJournal, PURPOSE_OF_DIRECT_UPLOAD, toRemoval } from "./statements.js";

/** A row that a sweep has claimed. Model instances would take a tenth of a sweep's time. */
export type ClaimedRow = Pick<JournalModel, "id" | "s3Key" | "mayHaveParts">;

/** A row of the journal that an erasure has claimed. */
export interface ErasedRow {
  row: JournalModel;
  /** Its purpose before the claim. */
  was: JournalPurpose;
}

/** How to claim a batch. */
interface Claim {
  limit: number;
  leaseSeconds: number;
  /** How long a request may still arrive. */
  settleSeconds: number;
}

/** Whether a direct upload is sent in parts. */
const IN_PARTS = "part_byte_size IS NOT NULL";

const END_EXPIRED = new PreparedStatement<[at: string, limit: number]>(`
  WITH ended AS (
    DELETE FROM ${TABLES.direct_upload} WHERE ctid = ANY (ARRAY (
      SELECT ctid FROM ${TABLES.direct_upload}
      WHERE lease_expires_at <= $1::timestamptz LIMIT $2 FOR UPDATE SKIP LOCKED
    ))
    RETURNING id, user_id, s3_key, part_byte_size
  )
  ${intoJournal("ended", {
    kind: "direct_upload",
    mayHaveParts: IN_PARTS,
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
  RETURNING id, s3_key, may_have_parts
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
    RETURNING id, user_id, s3_key, part_byte_size, status, lease_expires_at
  )
  ${intoJournal("ended", {
    kind: "direct_upload",
    mayHaveParts: IN_PARTS,
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
export class UnfinishedRepo extends ModelRepo<JournalModel> {
  readonly #claimOfUser: PreparedStatement<
    [userId: string, after: string, limit: number, leaseSeconds: number, settleSeconds: number]
  >;

  constructor(connections: Connections) {
    super(connections, modelsFor(connections.sequelize).journal);
    const settled = `
      CASE claimed.purpose
        WHEN 'upload' THEN GREATEST(settled_at, ${fromNow("$5")}) ELSE settled_at
      END
    `;
    this.#claimOfUser = new PreparedStatement(`
      WITH claimed AS (
        SELECT id, purpose FROM ${TABLES.journal}
        WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3 FOR UPDATE SKIP LOCKED
      )
      UPDATE ${TABLES.journal} AS entry SET ${toRemoval({ lease: fromNow("$4"), settled })}
      FROM claimed WHERE entry.id = claimed.id
      RETURNING ${this.columns.list("entry")}, claimed.purpose
    `);
  }

  /** Moves expired direct uploads to the journal. False when there were none. */
  endExpired({ at, limit }: { at: string; limit: number }): Promise<boolean> {
    return this.changes("end direct uploads", END_EXPIRED, [at, limit]);
  }

  /**
   * Claims rows whose lease had expired at a time; uploads become removals. Concurrent claims get
   * different rows and never wait for each other.
   */
  async claimExpired(
    purpose: JournalPurpose,
    { at, limit, leaseSeconds, settleSeconds }: Claim & { at: string },
  ): Promise<ClaimedRow[]> {
    const rows = await this.arrays("claim expired rows", CLAIM_EXPIRED, [
      ...([purpose, at, limit, leaseSeconds, settleSeconds] as const),
    ]);
    // Emptied, because promises of past batches keep the array until V8's next full collection.
    return rows.splice(0).map(([id, s3Key, mayHaveParts]) => ({
      id: id as string,
      s3Key: s3Key as string,
      mayHaveParts: mayHaveParts as boolean,
    }));
  }

  /** Ends the leases of claimed rows whose objects still exist, so that the next sweep claims them. */
  async release(ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.changes("release claimed rows", RELEASE, [ids]);
  }

  /**
   * Moves a user's direct uploads to the journal, so that none can become a file. Their rows stay
   * there for as long as their URLs work.
   */
  async endOfUser(userId: string, settleSeconds: number): Promise<void> {
    await this.changes("end a user's direct uploads", END_OF_USER, [userId, settleSeconds]);
  }

  /**
   * Claims a batch of a user's rows in the journal, by id. An upload in flight loses its row, which
   * stays for as long as a request may still arrive. Locked rows are skipped.
   */
  async claimOfUser(
    userId: string,
    { after, limit, leaseSeconds, settleSeconds }: Claim & { after: string },
  ): Promise<ErasedRow[]> {
    const rows = await this.arrays("claim a user's unfinished files", this.#claimOfUser, [
      ...([userId, after, limit, leaseSeconds, settleSeconds] as const),
    ]);
    return rows.map((row) => ({
      row: this.columns.instance(row),
      was: row.at(-1) as JournalPurpose,
    }));
  }

  /** How many rows a user has in all tables. */
  async countOf(userId: string): Promise<number> {
    const [row] = await this.arrays("count a user's files", COUNT, [userId]);
    return Number(row?.[0]);
  }
}
