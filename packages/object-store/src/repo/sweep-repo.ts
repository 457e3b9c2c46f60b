import { type Connections, PreparedStatement } from "@repo/database";

import { TABLES } from "../kinds.js";
import type { JournalModel, JournalPurpose } from "../models/journal.model.js";
import { guarded } from "./database-failure.js";
import { fromNow } from "./sql.js";

/**
 * A row that a sweep has claimed. A sweep takes any number of rows, so these are no model instances:
 * making them took a tenth of its time.
 */
export type ClaimedRow = Pick<JournalModel, "id" | "s3Key">;

// As JSON has it, which no setting changes.
const NOW = new PreparedStatement("SELECT to_json(clock_timestamp())");

// By where the locked rows lie: by their ids, PostgreSQL may read all of the table to find them. A
// row that has moved since the statement began is left to a later claim.
// https://www.postgresql.org/docs/current/sql-update.html, the example of a batch.
const CLAIM = new PreparedStatement<
  [purpose: JournalPurpose, at: string, limit: number, leaseSeconds: number, settleSeconds: number]
>(`
  UPDATE ${TABLES.journal} SET
    purpose = 'removal',
    idempotency_key = NULL,
    lease_expires_at = ${fromNow("$4")},
    settled_at = GREATEST(settled_at, ${fromNow("$5")}),
    updated_at = clock_timestamp()
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

const END_STAGED = new PreparedStatement<[at: string, limit: number]>(`
  WITH ended AS (
    DELETE FROM ${TABLES.direct_upload} WHERE ctid = ANY (ARRAY (
      SELECT ctid FROM ${TABLES.direct_upload}
      WHERE lease_expires_at <= $1::timestamptz LIMIT $2 FOR UPDATE SKIP LOCKED
    ))
    RETURNING id, user_id, s3_key
  )
  INSERT INTO ${TABLES.journal} (
    id, kind, user_id, s3_key, purpose, lease_expires_at, settled_at, created_at, updated_at
  )
  SELECT
    id, 'direct_upload', user_id, s3_key, 'removal', $1::timestamptz, clock_timestamp(),
    clock_timestamp(), clock_timestamp()
  FROM ended
`);

const RUNNING = new PreparedStatement<[keys: readonly string[]]>(`
  SELECT s3_key FROM ${TABLES.journal}
  WHERE s3_key = ANY ($1) AND purpose = 'upload' AND lease_expires_at > clock_timestamp()
  UNION ALL
  SELECT s3_key FROM ${TABLES.direct_upload}
  WHERE s3_key = ANY ($1) AND status = 'pending' AND lease_expires_at > clock_timestamp()
`);

/** What a sweep asks of the journal, a batch at a time. */
export class SweepRepo {
  constructor(private readonly connections: Connections) {}

  /** The database's clock, as claimExpired compares it. */
  async now(): Promise<string> {
    const [row] = await guarded("tell the time", () =>
      NOW.arrays<[now: string]>(this.connections, []),
    );
    if (row === undefined) throw new Error("PostgreSQL told no time");
    return row[0];
  }

  /** Moves direct uploads whose time was over to the journal; how many. */
  async endStaged({ at, limit }: { at: string; limit: number }): Promise<number> {
    return guarded("end direct uploads", () => END_STAGED.execute(this.connections, [at, limit]));
  }

  /**
   * Takes over rows whose lease was over at a time, for one lease of the taker's: uploads become
   * removals. Parties that claim at once get different rows, and nobody waits for another.
   *
   * @param claim `settleSeconds` for which a request may still be on its way
   */
  async claimExpired(
    purpose: JournalPurpose,
    claim: { at: string; limit: number; leaseSeconds: number; settleSeconds: number },
  ): Promise<ClaimedRow[]> {
    const { at, limit, leaseSeconds, settleSeconds } = claim;
    const rows = await guarded("claim expired rows", () =>
      CLAIM.arrays<[id: string, s3Key: string]>(this.connections, [
        purpose,
        at,
        limit,
        leaseSeconds,
        settleSeconds,
      ]),
    );
    // Emptied, as promises of past batches hold it until V8 next collects all of its heap.
    return rows.splice(0).map(([id, s3Key]) => ({ id, s3Key }));
  }

  /** Ends the leases of claimed rows whose objects are still there, for the next sweep to claim. */
  async release(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await guarded("release claimed rows", () => RELEASE.execute(this.connections, [ids]));
  }

  /** Those of these keys whose upload, or direct upload, is running: its lease is not over. */
  async runningAmong(keys: readonly string[]): Promise<Set<string>> {
    const rows = await guarded("look for running uploads", () =>
      RUNNING.arrays<[s3Key: string]>(this.connections, [keys]),
    );
    return new Set(rows.map(([s3Key]) => s3Key));
  }
}
