import { Sequelize } from "sequelize-typescript";

import { type Pooler, usePooler } from "./connections/pooler.js";
import { type ConnectionSettings, parseDatabaseUrl } from "./connection-settings.js";

export interface PoolOptions {
  /** Most connections at a time; default 10. */
  readonly max?: number;
  /** Milliseconds to wait for a free connection, connecting included; default 10,000. */
  readonly acquireTimeoutMs?: number;
}

interface DatabaseTuning {
  readonly pool?: PoolOptions;
  /** What is between this process and PostgreSQL; absent when sessions are PostgreSQL's own. */
  readonly pooler?: Pooler | undefined;
  /**
   * Milliseconds after which the server cancels a statement; default 15,000. A server that does not
   * answer at all is given up 2,000 ms later, and its connection closed. Behind a `pooler`, the
   * server is not told: the statement is given up after this time, and its connection closed.
   */
  readonly statementTimeoutMs?: number;
  /** Milliseconds to establish a connection; default 5,000. */
  readonly connectTimeoutMs?: number;
  /** As it is shown in pg_stat_activity. */
  readonly applicationName?: string;
  /**
   * Called with each statement that succeeded, without its bound values, and its duration in
   * milliseconds; off by default. A failed one is in its error's `sql`.
   */
  readonly logging?: (sql: string, durationMs?: number) => void;
}

export type DatabaseOptions = DatabaseTuning & ({ readonly url: string } | ConnectionSettings);

const UNANSWERED_GRACE_MS = 2_000;

/**
 * A connection pool for PostgreSQL, without models: register those with `addModels`. It connects
 * when it is first used; `close()` ends it.
 *
 * With the server down, a query fails with Sequelize's ConnectionRefusedError at once, or with
 * another ConnectionError after `connectTimeoutMs` where nobody answers; with all connections busy,
 * with ConnectionAcquireTimeoutError after `pool.acquireTimeoutMs`.
 *
 * @throws InvalidDatabaseUrlError
 */
export function createDatabase(options: DatabaseOptions): Sequelize {
  const { host, port, database, username, password, ssl } =
    "url" in options ? parseDatabaseUrl(options.url) : options;
  const { pool = {}, statementTimeoutMs = 15_000, connectTimeoutMs = 5_000, logging } = options;
  const isPooled = options.pooler !== undefined;
  const sequelize = new Sequelize({
    dialect: "postgres",
    host,
    port: port ?? 5432,
    database,
    username,
    ...(password !== undefined && { password }),
    pool: { max: pool.max ?? 10, acquire: pool.acquireTimeoutMs ?? 10_000 },
    logging: logging ?? false,
    benchmark: logging !== undefined,
    // Otherwise Sequelize sets the time zone and the level of messages when it connects; behind a
    // pooler they would stay with a session of PostgreSQL's that others use.
    ...(isPooled && { keepDefaultTimezone: true }),
    dialectOptions: {
      // Stated even when false: node-postgres would otherwise ask the environment.
      ssl: ssl ?? false,
      keepAlive: true,
      ...(isPooled
        ? { clientMinMessages: "ignore", query_timeout: statementTimeoutMs }
        : {
            statement_timeout: statementTimeoutMs,
            query_timeout: statementTimeoutMs + UNANSWERED_GRACE_MS,
          }),
      connectionTimeoutMillis: connectTimeoutMs,
      ...(options.applicationName && { application_name: options.applicationName }),
    },
  });
  usePooler(sequelize, options.pooler);
  return sequelize;
}
