import {
  ConnectionAcquireTimeoutError,
  ConnectionError,
  DatabaseError as SequelizeDatabaseError,
  TimeoutError,
} from "sequelize";

import { DatabaseError, DatabaseUnavailableError, ObjectStoreError } from "../errors.js";
import { shortage } from "../machine-failure.js";

/**
 * SQLSTATE classes that pass by themselves: 08 connection exception, 40 transaction rollback,
 * 53 insufficient resources, 57 operator intervention (shutdown, statement timeout); and 25006 read
 * only (a failover), 55P03 lock not available.
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const TRANSIENT_SQLSTATE = /^(08|40|53|57|25006|55P03)/;

/** What pg says, without an SQLSTATE, when a connection breaks while a statement runs. */
const BROKEN_CONNECTION = /connection terminated|connection error|timeout|ECONN|EPIPE/i;

/** Runs a statement and turns any failure of PostgreSQL or Sequelize into an error of ours, once. */
export async function guarded<Result>(
  action: string,
  statement: () => Promise<Result>,
): Promise<Result> {
  try {
    return await statement();
  } catch (error) {
    throw databaseFailure(action, error);
  }
}

function databaseFailure(action: string, error: unknown): unknown {
  if (error instanceof ObjectStoreError || !(error instanceof Error)) return error;
  const missing = shortage(error);
  if (missing !== undefined) return missing;
  if (isTransient(error)) {
    return new DatabaseUnavailableError(
      `PostgreSQL could not ${action}: it cannot be reached or did not answer in time.`,
      error,
    );
  }
  return new DatabaseError(`PostgreSQL refused to ${action}.`, { cause: error });
}

function isTransient(error: Error): boolean {
  if (
    error instanceof ConnectionError ||
    error instanceof ConnectionAcquireTimeoutError ||
    error instanceof TimeoutError
  ) {
    return true;
  }
  const origin = error instanceof SequelizeDatabaseError ? error.parent : error;
  const sqlState: unknown = "code" in origin ? origin.code : undefined;
  if (typeof sqlState === "string" && TRANSIENT_SQLSTATE.test(sqlState)) return true;
  return BROKEN_CONNECTION.test(origin.message);
}
