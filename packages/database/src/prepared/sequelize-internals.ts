import type { Model, Sequelize, Transaction } from "sequelize";

export type Callback = (error: unknown, result: unknown) => void;

/** A client of node-postgres in Sequelize's pool. */
export interface PooledClient {
  /** The parameters may be left out. */
  query(statement: string | object, ...parametersAndCallback: unknown[]): void;
  /** The pool gives such a client to nobody any more. */
  _invalid?: boolean;
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
  readonly connectionManager: {
    getConnection(options: { type: "write"; useMaster: true }): Promise<PooledClient>;
    releaseConnection(client: PooledClient): void;
  };
  runHooks(name: "beforeQuery" | "afterQuery", options: object, query: object): Promise<void>;
}

interface TransactionInternals {
  readonly id: string;
  readonly connection: PooledClient;
  readonly finished?: "commit" | "rollback";
}

export function internalsOf(database: Sequelize): SequelizeInternals {
  return database as unknown as SequelizeInternals;
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
