import type { Layout } from "../layout.js";

/*
 * The counter of an owner is at any moment the sum of what its rows hold: files and variants their size,
 * unfinished rows what they have reserved. A statement that moves a part of it from one row to another does
 * not touch the counter; one that changes the sum changes the counter as well. Such a statement runs in no
 * caller's transaction, and takes the counter's lock after all others, so that nobody waits long for it.
 */

/** Names the parameters with an owner's limits, which may be null. */
export interface LimitParameters {
  bytes: string;
  files: string;
}

/**
 * SQL that adds to an owner's counter and returns the owner, if the limits allow it.
 *
 * @param source a CTE of one row at most, with the columns `user_id`, `bytes` and `files`
 */
export function reserve(layout: Layout, source: string, limits: LimitParameters): string {
  const allows = (bytes: string, files: string, more: string): string => `
    (${limits.bytes}::bigint IS NULL OR ${bytes} <= ${limits.bytes}::bigint)
    AND (${limits.files}::bigint IS NULL OR ${more} = 0 OR ${files} <= ${limits.files}::bigint)
  `;
  return `
    INSERT INTO ${layout.table("usage")} AS counter (user_id, bytes, files, created_at, updated_at)
    SELECT user_id, bytes, files, clock_timestamp(), clock_timestamp() FROM ${source}
    WHERE ${allows("bytes", "files", "files")}
    ON CONFLICT (user_id) DO UPDATE SET
      bytes = counter.bytes + EXCLUDED.bytes,
      files = counter.files + EXCLUDED.files,
      updated_at = EXCLUDED.updated_at
    WHERE ${allows("counter.bytes + EXCLUDED.bytes", "counter.files + EXCLUDED.files", "EXCLUDED.files")}
    RETURNING user_id
  `;
}

/**
 * CTEs that take from the counters what rows held that have ended, in the order of the owners. Owners who are
 * not counted have no counter.
 *
 * @param source a CTE with the columns `user_id`, `reserved_bytes` and `reserved_files`
 */
export function giveBack(layout: Layout, source: string): string {
  const counters = layout.table("usage");
  return `
    freed AS (
      SELECT user_id, sum(reserved_bytes) AS bytes, sum(reserved_files) AS files FROM ${source}
      WHERE reserved_bytes <> 0 OR reserved_files <> 0 GROUP BY user_id
    ), locked AS (
      SELECT user_id FROM ${counters} WHERE user_id IN (SELECT user_id FROM freed)
      ORDER BY user_id FOR UPDATE
    ), given_back AS (
      UPDATE ${counters} AS counter SET
        bytes = counter.bytes - freed.bytes,
        files = counter.files - freed.files,
        updated_at = clock_timestamp()
      FROM locked JOIN freed USING (user_id) WHERE counter.user_id = locked.user_id
    )
  `;
}
