import { Client, type ClientConfig, DatabaseError } from "pg";
import type { Sequelize } from "sequelize-typescript";

import { MigrationLockTimeoutError, MigratorConnectionError } from "../errors.js";
import type { MigrationContext } from "./migration.js";

/** "migrate" in ASCII. Advisory locks are the database's own, so one number serves every one. */
const LOCK_KEY = "30796665482998885";
const LOCK_NOT_AVAILABLE = "55P03";

/**
 * Do something on a connection of its own, outside of the pool and its statement timeout, while
 * holding the migrators' advisory lock. Both end with the connection, so that a process that dies
 * leaves no lock, and a lost connection cannot lose the lock alone.
 *
 * @throws MigratorConnectionError, MigrationLockTimeoutError
 */
export async function withLockedSession<T>(
  database: Sequelize,
  lockTimeoutMs: number,
  use: (context: MigrationContext) => Promise<T>,
): Promise<T> {
  const client = new Client(clientConfig(database));
  // Whatever query comes next fails as well, and that one is awaited.
  client.on("error", () => undefined);
  try {
    await client.connect();
  } catch (cause) {
    throw new MigratorConnectionError("The migrator could not connect", { cause });
  }
  try {
    await lock(client, lockTimeoutMs);
    return await use(contextOf(client));
  } finally {
    await client.end();
  }
}

async function lock(client: Client, lockTimeoutMs: number): Promise<void> {
  try {
    await client.query("SELECT set_config('lock_timeout', $1, false)", [String(lockTimeoutMs)]);
    await client.query("SELECT pg_advisory_lock($1)", [LOCK_KEY]);
    await client.query("SET lock_timeout = 0");
  } catch (cause) {
    if (cause instanceof DatabaseError && cause.code === LOCK_NOT_AVAILABLE) {
      throw new MigrationLockTimeoutError(lockTimeoutMs, { cause });
    }
    throw new MigratorConnectionError("The migrator could not take its lock", { cause });
  }
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

function clientConfig({ config }: Sequelize): ClientConfig {
  const { ssl, connectionTimeoutMillis, application_name } = (config.dialectOptions ??
    {}) as ClientConfig;
  return {
    host: config.host,
    port: Number(config.port),
    database: config.database,
    user: config.username,
    password: config.password ?? undefined,
    ssl,
    connectionTimeoutMillis,
    application_name,
    keepAlive: true,
  };
}
