import type { Sequelize, Transaction } from "sequelize";

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
