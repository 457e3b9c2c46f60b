import { QueryTypes, type Sequelize, type Transaction } from "sequelize";

import {
  type Callback,
  internalsOf,
  internalsOfTransaction,
  type PooledClient,
} from "./sequelize-internals.js";

/** A statement as node-postgres takes it. */
export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
  /** Prepares it under this name. */
  readonly name?: string;
  readonly rowMode?: "array";
}

interface StatementResult {
  readonly rows: unknown[];
  readonly rowCount: number | null;
}

/** Lends the transaction's client, or one of the pool's, as `Sequelize.query` does. */
export async function withClient<Result>(
  database: Sequelize,
  transaction: Transaction | undefined,
  text: string,
  use: (client: PooledClient) => Promise<Result>,
): Promise<Result> {
  if (transaction !== undefined) {
    const { finished, id, connection } = internalsOfTransaction(transaction);
    if (finished === undefined) return use(connection);
    const error = new Error(
      `${finished} has been called on this transaction(${id}), you can no longer use it.`,
    );
    throw Object.assign(error, { sql: text });
  }
  const { connectionManager } = internalsOf(database);
  const client = await connectionManager.getConnection({ type: "write", useMaster: true });
  try {
    return await use(client);
  } finally {
    connectionManager.releaseConnection(client);
  }
}

/**
 * Runs a statement through Sequelize's own `Query`, which logs and names the errors, on a stand-in
 * for the client that takes what Sequelize cannot say: a name and a row mode.
 */
export async function runOn(
  database: Sequelize,
  client: PooledClient,
  statement: Statement,
): Promise<StatementResult> {
  const internals = internalsOf(database);
  let result: StatementResult | undefined;
  const standIn = Object.create(client) as PooledClient;
  standIn.query = (_text, ...rest) => {
    const answered = rest.at(-1) as Callback;
    // A copy, as node-postgres writes into it.
    const done: Callback = (error, answer) => {
      result = answer as StatementResult;
      answered(error, answer);
    };
    client.query({ ...statement }, undefined, done);
  };
  const options = { type: QueryTypes.RAW, raw: true, logging: internals.options.logging };
  const query = new internals.dialect.Query(standIn, internals, options);
  try {
    await internals.runHooks("beforeQuery", options, query);
    await query.run(statement.text, statement.values);
  } finally {
    if (standIn._invalid) client._invalid = true;
    await internals.runHooks("afterQuery", options, query);
  }
  if (result === undefined) throw new Error("Sequelize did not run the statement");
  return result;
}
