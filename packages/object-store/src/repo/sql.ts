import { TABLES } from "../kinds.js";

/** SQL for a time that many seconds from now, by the database's clock. */
export function fromNow(seconds: string): string {
  return `(clock_timestamp() + make_interval(secs => ${seconds}))`;
}

/** SQL expressions for the times of a removal. */
interface RemovalTimes {
  /** When a sweep may take it over. */
  lease: string;
  /** When no request can create the object any more. */
  settled: string;
}

/** The SET list that turns a row of the journal into a removal. */
export function toRemoval({ lease, settled }: RemovalTimes): string {
  return `
    purpose = 'removal',
    idempotency_key = NULL,
    lease_expires_at = ${lease},
    settled_at = ${settled},
    updated_at = clock_timestamp()
  `;
}

/**
 * The INSERT that writes rows of another table to the journal.
 *
 * @param source a table or a CTE with the columns `id`, `user_id` and `s3_key`
 */
export function intoJournal(
  source: string,
  {
    kind,
    purpose = "'removal'",
    lease,
    settled,
  }: RemovalTimes & { kind: string; purpose?: string },
): string {
  return `
    INSERT INTO ${TABLES.journal} (
      id, kind, user_id, s3_key, purpose, lease_expires_at, settled_at, created_at, updated_at
    )
    SELECT
      id, '${kind}', user_id, s3_key, ${purpose}, ${lease}, ${settled}, clock_timestamp(),
      clock_timestamp()
    FROM ${source}
  `;
}

/** The purpose that the journal would give a row of a direct upload. */
export const PURPOSE_OF_DIRECT_UPLOAD =
  "CASE status WHEN 'pending' THEN 'upload' ELSE 'removal' END";
