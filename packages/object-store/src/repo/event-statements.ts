import type { Layout } from "../layout.js";

/** How rows of a statement become events. */
interface Told {
  /** An SQL expression. */
  type: string;
  /** An SQL expression for `image` or `audio`. */
  kind: string;
  /** An SQL expression; `id` when absent. */
  fileId?: string;
  /** An SQL expression for a JSON object; an empty one when absent. */
  payload?: string;
}

/**
 * The INSERT that writes an event for each row of a CTE. The CTE holds the locks of the files, and the
 * events get their ids after it, so that the ids of a file's events ascend in the order of its changes.
 *
 * @param source a CTE with the column `user_id`, and what may follow FROM
 */
export function told(layout: Layout, source: string, { type, kind, ...of }: Told): string {
  return `
    INSERT INTO ${layout.table("event")} (
      type, kind, file_id, user_id, payload, next_attempt_at, created_at, updated_at
    )
    SELECT
      ${type}, ${kind}, ${of.fileId ?? "id"}, user_id, ${of.payload ?? "'{}'::jsonb"},
      clock_timestamp(), clock_timestamp(), clock_timestamp()
    FROM ${source}
  `;
}
