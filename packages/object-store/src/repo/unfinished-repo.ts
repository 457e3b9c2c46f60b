import { PreparedStatement } from "@repo/database";

import { SERVED_KINDS } from "../kinds.js";
import type { Layout } from "../layout.js";
import type { JournalModel, JournalPurpose } from "../models/journal.model.js";
import { MODELS } from "./models.js";
import type { OwnerId } from "../owner-types.js";
import { ModelRepo } from "./model-repo.js";
import { fromNow, intoJournal, PURPOSE_OF_DIRECT_UPLOAD, toRemoval } from "./statements.js";
import type { Tables } from "./tables.js";

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

/** What a direct upload holds. */
const HELD = { bytes: "reserved_bytes", files: "reserved_files" };

function statementsWith(layout: Layout, columns: string) {
  const journal = layout.table("journal");
  const directUploads = layout.table("direct_upload");
  const settled = `
    CASE claimed.purpose
      WHEN 'upload' THEN GREATEST(settled_at, ${fromNow("$5")}) ELSE settled_at
    END
  `;
  const all = SERVED_KINDS.map((kind) => layout.table(kind));
  return {
    endExpired: new PreparedStatement<[at: string, limit: number]>(`
      WITH ended AS (
        DELETE FROM ${directUploads} WHERE ctid = ANY (ARRAY (
          SELECT ctid FROM ${directUploads}
          WHERE lease_expires_at <= $1::timestamptz LIMIT $2 FOR UPDATE SKIP LOCKED
        ))
        RETURNING id, user_id, s3_key, part_byte_size, reserved_bytes, reserved_files
      )
      ${intoJournal(layout, "ended", {
        kind: "direct_upload",
        mayHaveParts: IN_PARTS,
        held: HELD,
        lease: "$1::timestamptz",
        settled: "clock_timestamp()",
      })}
    `),
    // By ctid: with ids, PostgreSQL may scan the whole table to find the locked rows. A row that moved
    // since the statement began is left to a later claim.
    // https://www.postgresql.org/docs/current/sql-update.html, the example of a batch.
    claimExpired: new PreparedStatement<
      [
        purpose: JournalPurpose,
        at: string,
        limit: number,
        leaseSeconds: number,
        settleSeconds: number,
      ]
    >(`
      UPDATE ${journal} SET
        ${toRemoval({ lease: fromNow("$4"), settled: `GREATEST(settled_at, ${fromNow("$5")})` })}
      WHERE ctid = ANY (ARRAY (
        SELECT ctid FROM ${journal}
        WHERE purpose = $1 AND lease_expires_at <= $2::timestamptz
        ORDER BY lease_expires_at
        LIMIT $3
        FOR UPDATE SKIP LOCKED
      ))
      RETURNING id, s3_key, may_have_parts
    `),
    release: new PreparedStatement<[ids: readonly string[]]>(`
      UPDATE ${journal} SET lease_expires_at = clock_timestamp()
      WHERE id = ANY ($1) AND purpose = 'removal'
    `),
    endOfUser: new PreparedStatement<[userId: OwnerId, settleSeconds: number]>(`
      WITH ended AS (
        DELETE FROM ${directUploads} WHERE id IN (
          SELECT id FROM ${directUploads} WHERE user_id = $1 FOR UPDATE SKIP LOCKED
        )
        RETURNING
          id, user_id, s3_key, part_byte_size, reserved_bytes, reserved_files, status, lease_expires_at
      )
      ${intoJournal(layout, "ended", {
        kind: "direct_upload",
        mayHaveParts: IN_PARTS,
        held: HELD,
        purpose: PURPOSE_OF_DIRECT_UPLOAD,
        lease: "clock_timestamp()",
        settled: `
          CASE status
            WHEN 'pending' THEN GREATEST(lease_expires_at, ${fromNow("$2")}) ELSE lease_expires_at
          END
        `,
      })}
    `),
    claimOfUser: new PreparedStatement<
      [userId: OwnerId, after: string, limit: number, leaseSeconds: number, settleSeconds: number]
    >(`
      WITH claimed AS (
        SELECT id, purpose FROM ${journal}
        WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3 FOR UPDATE SKIP LOCKED
      )
      UPDATE ${journal} AS entry SET ${toRemoval({ lease: fromNow("$4"), settled })}
      FROM claimed WHERE entry.id = claimed.id
      RETURNING ${columns}, claimed.purpose
    `),
    count: new PreparedStatement<[userId: OwnerId]>(`
      SELECT ${[...all, directUploads, journal].map((table) => `(SELECT count(*) FROM ${table} WHERE user_id = $1)`).join(" + ")}
        + (SELECT count(*) FROM ${layout.table("grant")} WHERE grantee = $1)
    `),
  };
}

/** Its public methods, which the store in memory implements too. */
export type UnfinishedRows = Pick<UnfinishedRepo, keyof UnfinishedRepo>;

/** Takes over unfinished rows in batches, for sweeps and erasures. */
export class UnfinishedRepo extends ModelRepo<JournalModel> {
  readonly #sql: ReturnType<typeof statementsWith>;

  constructor(tables: Tables) {
    super(tables, MODELS.journal);
    this.#sql = statementsWith(this.layout, this.columns.list("entry"));
  }

  /** Moves expired direct uploads to the journal. False when there were none. */
  endExpired({ at, limit }: { at: string; limit: number }): Promise<boolean> {
    return this.changes("end direct uploads", this.#sql.endExpired, [at, limit]);
  }

  /**
   * Claims rows whose lease had expired at a time; uploads become removals. Concurrent claims get
   * different rows and never wait for each other.
   */
  async claimExpired(
    purpose: JournalPurpose,
    { at, limit, leaseSeconds, settleSeconds }: Claim & { at: string },
  ): Promise<ClaimedRow[]> {
    const rows = await this.arrays("claim expired rows", this.#sql.claimExpired, [
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
    if (ids.length > 0) await this.changes("release claimed rows", this.#sql.release, [ids]);
  }

  /**
   * Moves a user's direct uploads to the journal, so that none can become a file. Their rows stay
   * there for as long as their URLs work.
   */
  async endOfUser(userId: OwnerId, settleSeconds: number): Promise<void> {
    await this.changes("end a user's direct uploads", this.#sql.endOfUser, [userId, settleSeconds]);
  }

  /**
   * Claims a batch of a user's rows in the journal, by id. An upload in flight loses its row, which
   * stays for as long as a request may still arrive. Locked rows are skipped.
   */
  async claimOfUser(
    userId: OwnerId,
    { after, limit, leaseSeconds, settleSeconds }: Claim & { after: string },
  ): Promise<ErasedRow[]> {
    const rows = await this.arrays("claim a user's unfinished files", this.#sql.claimOfUser, [
      ...([userId, after, limit, leaseSeconds, settleSeconds] as const),
    ]);
    return rows.map((row) => ({
      row: this.columns.instance(row),
      was: row.at(-1) as JournalPurpose,
    }));
  }

  /** How many rows a user has in all tables, and how many files are shared with it. */
  async countOf(userId: OwnerId): Promise<number> {
    const [row] = await this.arrays("count a user's files", this.#sql.count, [userId]);
    return Number(row?.[0]);
  }
}
