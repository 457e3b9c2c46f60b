import type { Model, Sequelize, Transaction } from "sequelize";

export type Callback = (error: unknown, result: unknown) => void;

/** A client of node-postgres that Sequelize has connected. */
export interface PooledClient {
  /** The parameters may be left out. */
  query(statement: string | object, ...parametersAndCallback: unknown[]): void;
  /** Whether its socket keeps the process alive. */
  ref(): void;
  unref(): void;
  /** The pool gives such a client to nobody any more. */
  _invalid?: boolean;
  /** Which pool Sequelize takes it to be of, where there are replicas. */
  queryType?: "read" | "write";
}

/** How Sequelize is to connect; hooks may change it. */
export interface ConnectConfig {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly username: string;
  readonly password?: string | null;
  readonly dialectOptions?: object;
  readonly pool: {
    readonly acquire: number;
    readonly idle: number;
    readonly evict: number;
    readonly maxUses?: number;
  };
  /** False without replicas. */
  readonly replication?: false | { readonly write: ConnectConfig };
}

/** What sequelize-pool holds. */
export interface ClientPool {
  readonly _availableObjects: readonly { readonly resource: PooledClient }[];
  readonly _inUseObjects: readonly { readonly resource: PooledClient }[];
}

/** Makes, lends and ends connections. */
interface ConnectionManager {
  readonly config: ConnectConfig;
  /** With replicas, one for each role. */
  readonly pool: ClientPool | { readonly write: ClientPool };
  /** A SELECT goes to a replica, if there is one, unless it is to use the master. */
  getConnection(options: { type: "SELECT" | "write"; useMaster: boolean }): Promise<PooledClient>;
  releaseConnection(client: PooledClient): void;
  validate(client: PooledClient): boolean;
  /** Without the hooks. */
  connect(config: ConnectConfig): Promise<PooledClient>;
  /** With the hooks `beforeDisconnect` and `afterDisconnect`. */
  _disconnect(client: PooledClient): Promise<void>;
  /** What Sequelize's `close` calls. */
  close(): Promise<void>;
}

/** Runs one statement on one client: logs it and gives its errors their classes. */
interface DialectQuery {
  run(sql: string, parameters: readonly unknown[]): Promise<unknown>;
}

/** What Sequelize 6 has and does not declare. */
interface SequelizeInternals {
  readonly options: { readonly logging?: unknown };
  readonly dialect: {
    readonly Query: new (
      client: PooledClient,
      database: SequelizeInternals,
      options: object,
    ) => DialectQuery;
  };
  readonly connectionManager: ConnectionManager;
  runHooks(name: "beforeQuery" | "afterQuery", options: object, query: object): Promise<void>;
  runHooks(name: "beforeConnect", config: ConnectConfig): Promise<void>;
  runHooks(name: "afterConnect", client: PooledClient, config: ConnectConfig): Promise<void>;
}

interface TransactionInternals {
  readonly id: string;
  readonly connection: PooledClient;
  readonly options: { readonly readOnly?: boolean };
  readonly finished?: "commit" | "rollback";
}

export function internalsOf(database: Sequelize): SequelizeInternals {
  return database as unknown as SequelizeInternals;
}

/**
 * Connects to the primary as the pool does, with the same hooks, and outside of the pool.
 *
 * @param dialectOptions in place of those of the same names
 */
export async function connectToPrimary(
  database: Sequelize,
  dialectOptions: object = {},
): Promise<PooledClient> {
  const internals = internalsOf(database);
  const { connectionManager } = internals;
  const { replication } = connectionManager.config;
  const primary = replication ? replication.write : connectionManager.config;
  const config = { ...primary, dialectOptions: { ...primary.dialectOptions, ...dialectOptions } };
  await internals.runHooks("beforeConnect", config);
  const client = await connectionManager.connect(config);
  try {
    await internals.runHooks("afterConnect", client, config);
  } catch (error) {
    await connectionManager._disconnect(client).catch(() => undefined);
    throw error;
  }
  // Sequelize's listener for errors looks for the pool that this names.
  client.queryType = "write";
  return client;
}

/** The pool of connections to the primary. */
export function primaryPool(database: Sequelize): ClientPool {
  const { pool } = internalsOf(database).connectionManager;
  return "write" in pool ? pool.write : pool;
}

/** Has a pool replace all of its connections, those that are lent once they come back. */
export function replaceAll({ _availableObjects, _inUseObjects }: ClientPool): void {
  for (const { resource } of [..._availableObjects, ..._inUseObjects]) resource._invalid = true;
}

export function internalsOfTransaction(transaction: Transaction): TransactionInternals {
  return transaction as unknown as TransactionInternals;
}

/**
 * Gives an empty instance the values of a row, as Sequelize's own `set` does with raw values of a
 * model that has neither dates nor booleans. With them it sets each value by itself, which
 * took a quarter of the time of a list; node-postgres has parsed them all.
 */
export function fill(instance: Model, values: Record<string, unknown>): void {
  Object.assign(instance, { dataValues: values, _previousDataValues: { ...values } });
}
