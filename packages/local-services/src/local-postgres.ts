import { join, resolve } from "node:path";

import { Client } from "pg";

import { prepareHome } from "./account.js";
import { findPostgresBinaries } from "./binaries.js";
import { ensureCluster, SUPERUSER } from "./cluster.js";
import { DataDirInUseError } from "./errors.js";
import { launch } from "./launch.js";
import { removeUnfinished } from "./unfinished.js";

export interface LocalPostgresOptions {
  /** Where the data is kept, in a folder `postgres`; made if missing. */
  readonly dataDir: string;
  /** TCP port on 127.0.0.1; 0, the default, takes a free one. */
  readonly port?: number;
  /**
   * Whether what is committed survives a crash of the machine; default true. A crash of the server
   * alone it survives in any case.
   */
  readonly durable?: boolean;
}

/** A PostgreSQL server on 127.0.0.1. It ends with this process, if it is not stopped before. */
export interface LocalPostgres {
  /** Of the default database, with the superuser's name and password. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /**
   * @param options.template the database to copy, to which nobody may be connected
   * @returns the new database's URL
   */
  createDatabase(name: string, options?: { template?: string }): Promise<string>;
  /** Cuts off whoever is connected; does nothing if there is no such database. */
  dropDatabase(name: string): Promise<void>;
  /** Idempotent. "fast", the default, shuts down cleanly; "immediate" is as if it crashed. */
  stop(mode?: "fast" | "immediate"): Promise<void>;
}

const HOST = "127.0.0.1";
const DEFAULT_DATABASE = "postgres";

/**
 * Start PostgreSQL on `dataDir`, which is initialised at the first start.
 *
 * @throws DataDirInUseError if another process runs a server there
 * @throws UnusableDataDirError if `dataDir` cannot be made or written to
 * @throws PortInUseError if `port` is given and taken
 * @throws NoUnprivilegedAccountError if root cannot hand over to an ordinary account
 * @throws ForeignDataDirError, UnsupportedPlatformError, PostgresFailedError
 */
export async function startLocalPostgres(options: LocalPostgresOptions): Promise<LocalPostgres> {
  const { postgres, initdb } = await findPostgresBinaries();
  const home = join(resolve(options.dataDir), "postgres");
  const durable = options.durable ?? true;
  const shell = await prepareHome(home, postgres);
  await removeUnfinished(home);
  const { dataDir, password } = await ensureCluster({ home, initdb, shell, durable });
  const launched = await launch({ postgres, shell, home, dataDir, durable }, options.port ?? 0);
  if (launched === undefined) throw new DataDirInUseError(options.dataDir);
  const { postmaster, port } = launched;

  const url = (database: string): string =>
    `postgresql://${SUPERUSER}:${password}@${HOST}:${port}/${encodeURIComponent(database)}`;
  const administer = (statement: (client: Client) => string): Promise<void> =>
    withClient(url(DEFAULT_DATABASE), async (client) => {
      await client.query(statement(client));
    });

  return {
    url: url(DEFAULT_DATABASE),
    host: HOST,
    port,
    async createDatabase(name, { template } = {}) {
      await administer((client) => {
        const copy = template === undefined ? "" : ` TEMPLATE ${client.escapeIdentifier(template)}`;
        // The quicker way while nothing is flushed: it needs checkpoints, the other one much WAL.
        const strategy = durable ? "" : " STRATEGY file_copy";
        return `CREATE DATABASE ${client.escapeIdentifier(name)}${copy}${strategy}`;
      });
      return url(name);
    },
    async dropDatabase(name) {
      await administer(
        (client) => `DROP DATABASE IF EXISTS ${client.escapeIdentifier(name)} WITH (FORCE)`,
      );
    },
    stop: (mode = "fast") => postmaster.stop(mode),
  };
}

async function withClient(url: string, use: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: url, ssl: false });
  await client.connect();
  try {
    await use(client);
  } finally {
    await client.end();
  }
}
