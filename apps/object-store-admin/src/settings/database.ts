import { UsageError } from "@repo/command-line/usage-error";
import type { HistoryTable } from "@repo/database";

import { checkedUrl, type Environment, required } from "./environment.js";
import { namePath } from "./name-path.js";

/** @throws UsageError naming the variable that is missing or wrong, never its value */
export function databaseUrl(environment: Environment): string {
  const [url = ""] = required(environment, ["DATABASE_URL"]);
  return checkedUrl("DATABASE_URL", url, ["postgres:", "postgresql:"]);
}

/**
 * What is between the program and PostgreSQL.
 *
 * @throws UsageError
 */
export function databasePooler(environment: Environment): "transaction" | undefined {
  const value = environment["DATABASE_POOLER"] || undefined;
  if (value === undefined || value === "transaction") return value;
  throw new UsageError("DATABASE_POOLER must be transaction, or not set.");
}

/**
 * Where the migrations that were applied are recorded.
 *
 * @throws UsageError
 */
export function historyTable(environment: Environment): HistoryTable | undefined {
  const value = environment["HISTORY_TABLE"];
  if (!value) return undefined;
  const [name, schema, ...more] = namePath(value)?.reverse() ?? [];
  if (name === undefined || more.length > 0) {
    throw new UsageError(
      'HISTORY_TABLE must be table or schema.table. A name with a dot needs quotes: "my.schema".table.',
    );
  }
  return schema === undefined ? { name } : { schema, name };
}

/**
 * The option `events`.
 *
 * @throws UsageError
 */
export function eventsOf(environment: Environment): boolean {
  const value = environment["EVENTS"] || "false";
  if (value === "true" || value === "false") return value === "true";
  throw new UsageError("EVENTS must be true or false.");
}

/**
 * The option `leaseSeconds`.
 *
 * @throws UsageError
 */
export function leaseSecondsOf(environment: Environment): number | undefined {
  const value = environment["LEASE_SECONDS"];
  if (!value) return undefined;
  // Checked with the other options.
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw new UsageError("LEASE_SECONDS must be a whole number.");
}
