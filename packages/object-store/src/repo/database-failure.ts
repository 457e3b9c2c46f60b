import { isStalePlan } from "@repo/database";

import { DatabaseError, DatabaseUnavailableError, ObjectStoreError } from "../errors.js";
import { shortage } from "../machine-failure.js";

/**
 * Transient failures, by the start of their SQLSTATE.
 *
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const PASSING: readonly (readonly [RegExp, string])[] = [
  [/^40001/, "another transaction changed the same rows"],
  [/^40P01/, "PostgreSQL ended it to resolve a deadlock"],
  [/^(40|08)/, "the connection or its transaction was lost"],
  [/^25006/, "the server is read-only, as after a failover"],
  [/^53/, "the server is short of connections, memory or disk space"],
  [/^55P03/, "a lock was not free in time"],
  [/^57014/, "it took too long"],
  [/^57/, "the server is stopping or starting"],
];

/** Messages of pg, without an SQLSTATE, for a connection that breaks during a statement. */
const BROKEN_CONNECTION = /connection terminated|connection error|timeout|ECONN|EPIPE/i;

/**
 * PgBouncer's message for a `statement_timeout` in the startup packet. It is always English, and its
 * SQLSTATE is not specific.
 */
const STARTUP_REFUSED = /unsupported startup parameter/;

/** Sequelize has no class for it. */
const POOL_CLOSED = /connection manager was closed/;

/** What the caller can do about a refusal, by its SQLSTATE. */
const REASONS: Readonly<Record<string, string>> = {
  "25P02": "an earlier statement of the transaction failed",
  "3F000": "a schema is missing: make it, or give the one that the migrations were given",
  "42501":
    "the role lacks a privilege: grant it SELECT, INSERT, UPDATE and DELETE on the module's tables, and USAGE on their schema",
  "42P01": "a table is missing: run the migrations, with the same options",
  "42703": "a column is missing: run the migrations of this version",
};

const OUT_OF_REACH = "it cannot be reached or did not answer in time";

/** Runs a statement and maps failures of PostgreSQL and Sequelize to an ObjectStoreError. */
export async function withDatabaseErrors<Result>(
  action: string,
  statement: () => Promise<Result>,
): Promise<Result> {
  try {
    return await statement();
  } catch (error) {
    throw databaseFailure(action, error);
  }
}

/** Maps a failure to an ObjectStoreError; idempotent. Other values than errors are returned as they are. */
export function databaseFailure(action: string, error: unknown): unknown {
  if (error instanceof ObjectStoreError || !(error instanceof Error)) return error;
  const missing = shortage(error);
  if (missing !== undefined) return missing;
  if (STARTUP_REFUSED.test(error.message)) return behindPooler(error);
  const passing = passingReason(error);
  if (passing !== undefined) {
    return new DatabaseUnavailableError(`PostgreSQL could not ${action}: ${passing}.`, error);
  }
  return new DatabaseError(`PostgreSQL refused to ${action}${refusalOf(error)}.`, { cause: error });
}

/** The SQLSTATE, and the reason if the caller can do something about it. */
function refusalOf(error: Error): string {
  const sqlState = sqlStateOf(error);
  if (!/^(?=.*[0-9])[0-9A-Z]{5}$/.test(sqlState)) return "";
  const reason = REASONS[sqlState];
  return reason === undefined ? ` (${sqlState})` : ` (${sqlState}): ${reason}`;
}

function behindPooler(cause: Error): DatabaseError {
  return new DatabaseError(
    'A pooler is in front of PostgreSQL and refused the connection. Give pooler: "transaction" to createDatabase, to the object store and to the migrator.',
    { cause },
  );
}

/** Why a failure is transient; undefined if it is not. Recognizes Sequelize's classes by name. */
function passingReason(error: Error): string | undefined {
  if (error.name === "SequelizeConnectionAcquireTimeoutError") {
    return "no connection of the pool was free in time";
  }
  if (isStalePlan(error)) return "its prepared statement was dropped";
  if (POOL_CLOSED.test(error.message)) return "its pool of connections was closed";
  const origin = "parent" in error && error.parent instanceof Error ? error.parent : error;
  if ("severity" in origin) return reasonOfAnswer(origin);
  const isConnection = /^Sequelize(Connection|Host|InvalidConnection|Timeout)/.test(error.name);
  return isConnection || BROKEN_CONNECTION.test(origin.message) ? OUT_OF_REACH : undefined;
}

/** The same for an error that the server sent. */
function reasonOfAnswer(answer: Error): string | undefined {
  const { code } = answer as { code?: unknown };
  return PASSING.find(([sqlState]) => sqlState.test(String(code)))?.[1];
}

/**
 * Whether a single row made a statement fail: PostgreSQL's classes 22 and 23.
 *
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
export function isOfOneRow(error: unknown): boolean {
  return /^2[23]/.test(sqlStateOf(error));
}

/** The SQLSTATE of a failure, or an empty string. */
export function sqlStateOf(error: unknown): string {
  const { parent = error } = (error ?? {}) as { parent?: unknown };
  const { code } = (parent ?? {}) as { code?: unknown };
  return typeof code === "string" ? code : "";
}
