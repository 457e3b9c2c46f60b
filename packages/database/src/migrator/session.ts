import type { Client } from "pg";
import type { Sequelize } from "sequelize";

import type { Pooler } from "../connections/pooler.js";
import { MigrationLockTimeoutError, MigratorConnectionError } from "../errors.js";
import { connectToPrimary } from "../sequelize-internals.js";
import type { MigrationContext } from "./migration.js";

/** "migrate" in ASCII. Advisory locks are the database's own, so one number serves every one. */
const LOCK_KEY = "30796665482998885";
const LOCK_NOT_AVAILABLE = "55P03";

/** In place of the pool's options: no limits on time, of which poolers refuse those of sessions. */
const CONNECTION = {
  keepAlive: true,
  statement_timeout: undefined,
  query_timeout: undefined,
  lock_timeout: undefined,
  idle_in_transaction_session_timeout: undefined,
};

export interface LockOptions {
  readonly lockTimeoutMs: number;
  readonly pooler: Pooler | undefined;
}

/**
 * Do something on a connection of its own, made as those of the pool, without statement timeout, while
 * holding the migrators' advisory lock. Both end with the connection, so that a process that dies
 * leaves no lock, and a lost connection cannot lose the lock alone.
 *
 * A pooler keeps no lock for a session: there, all of it happens in one transaction, which holds
 * the lock and is committed also when `use` fails.
 *
 * @throws MigratorConnectionError, MigrationLockTimeoutError
 */
export async function withLockedSession<T>(
  database: Sequelize,
  options: LockOptions,
  use: (context: MigrationContext) => Promise<T>,
): Promise<T> {
  const client = await connect(database);
  try {
    await lock(client, options);
    const run = (): Promise<T> => use(contextOf(client));
    return await (options.pooler === undefined ? run() : thenCommit(client, run));
  } finally {
    await client.end();
  }
}

async function connect(database: Sequelize): Promise<Client> {
  try {
    // Sequelize listens for its errors. Whatever query comes next fails as well, and that one is awaited.
    return (await connectToPrimary(database, CONNECTION)) as unknown as Client;
  } catch (cause) {
    throw new MigratorConnectionError("The migrator could not connect", { cause });
  }
}

async function lock(client: Client, { lockTimeoutMs, pooler }: LockOptions): Promise<void> {
  const isLocal = pooler !== undefined;
  try {
    if (isLocal) await client.query("BEGIN");
    await client.query("SELECT set_config('statement_timeout', '0', $1)", [isLocal]);
    const setTimeout = "SELECT set_config('lock_timeout', $1, $2)";
    await client.query(setTimeout, [String(lockTimeoutMs), isLocal]);
    await client.query(`SELECT pg_advisory_${isLocal ? "xact_" : ""}lock($1)`, [LOCK_KEY]);
    await client.query(setTimeout, ["0", isLocal]);
  } catch (cause) {
    if (isLockTimeout(cause)) {
      throw new MigrationLockTimeoutError(lockTimeoutMs, { cause });
    }
    throw new MigratorConnectionError("The migrator could not take its lock", { cause });
  }
}

/** Whether PostgreSQL gave up waiting for a lock. */
export function isLockTimeout(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === LOCK_NOT_AVAILABLE;
}

async function thenCommit<T>(client: Client, run: () => Promise<T>): Promise<T> {
  let result: T;
  try {
    result = await run();
  } catch (error) {
    // Keeps what was done before the failure; rolls back where the transaction cannot go on.
    await client.query("COMMIT").catch(() => undefined);
    throw error;
  }
  try {
    await client.query("COMMIT");
  } catch (cause) {
    throw new MigratorConnectionError("The migrator could not commit", { cause });
  }
  return result;
}

function contextOf(client: Client): MigrationContext {
  return {
    async query(sql, parameters) {
      const values = parameters && [...parameters];
      // Several statements in one text have several results, which the type does not tell.
      const results = [await client.query<Record<string, unknown>>(sql, values)].flat();
      return results.at(-1)?.rows ?? [];
    },
  };
}
