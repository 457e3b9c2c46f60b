import { query } from "./query.js";
import type { Pair } from "./start-pair.js";
import { waitUntil } from "./wait-until.js";

/**
 * How the primary goes:
 * - "demote": it stays up and becomes read-only. Open sessions stay open, and their writes fail with
 *   25006. A transaction that is open for longer than a second is ended with 57P01.
 * - "stop": it shuts down, and every session ends with 57P01.
 * - "kill": it crashes, and sockets break.
 */
export type FailoverKind = "demote" | "stop" | "kill";

/** Milliseconds that transactions may go on for after a demotion. */
const GRACE = 1_000;

/** Ends the primary's writes, and then promotes the replica. */
export async function failOver(pair: Pair, kind: FailoverKind): Promise<void> {
  switch (kind) {
    case "demote":
      await demote(pair.primary.url);
      break;
    case "stop":
      await pair.primary.stop("fast");
      break;
    case "kill":
      await pair.primary.stop("immediate");
      break;
  }
  const [row] = await query<{ promoted: boolean }>(
    pair.replica.url,
    "SELECT pg_promote() AS promoted",
  );
  if (row?.promoted !== true) throw new Error("the replica could not be promoted in time");
}

async function demote(url: string): Promise<void> {
  await query(url, "ALTER SYSTEM SET default_transaction_read_only = on");
  await query(url, "SELECT pg_reload_conf()");
  const moment = await readOnlySince(url);
  // Whoever began before that moment may still write.
  const deadline = Date.now() + GRACE;
  await waitUntil("transactions begun before the demotion have ended", async () => {
    const rows = await query(
      url,
      `SELECT CASE WHEN $2::boolean THEN pg_terminate_backend(pid) END FROM pg_stat_activity
       WHERE backend_type = 'client backend' AND xact_start <= $1::timestamptz`,
      [moment, Date.now() > deadline],
    );
    return rows.length === 0;
  });
}

/** PostgreSQL informs its open sessions of a setting before a new one starts with it. */
async function readOnlySince(url: string): Promise<string> {
  let moment = "";
  await waitUntil("the primary is read-only", async () => {
    const [row] = await query<{ setting: string; moment: string }>(
      url,
      `SELECT current_setting('default_transaction_read_only') AS setting,
         clock_timestamp()::text AS moment`,
    );
    moment = row?.moment ?? "";
    return row?.setting === "on";
  });
  return moment;
}
