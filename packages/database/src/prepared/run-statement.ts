import { QueryTypes, type Sequelize, type Transaction } from "sequelize";

import {
  type Callback,
  internalsOf,
  internalsOfTransaction,
  type PooledClient,
} from "../sequelize-internals.js";
import { types } from "./parsers.js";

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

/** The connection of a transaction, unless that is over. */
export function clientOf(transaction: Transaction, text: string): PooledClient {
  const { finished, id, connection } = internalsOfTransaction(transaction);
  if (finished === undefined) return connection;
  const error = new Error(
    `${finished} has been called on this transaction(${id}), you can no longer use it.`,
  );
  throw Object.assign(error, { sql: text });
}

/** Whether the application declared it read only; its refusals say nothing of the server then. */
export function isReadOnly(transaction: Transaction): boolean {
  return internalsOfTransaction(transaction).options.readOnly === true;
}

/**
 * Runs a statement through Sequelize's own `Query`, which logs and names the errors, on a stand-in
 * for the client that takes what Sequelize cannot say: a name, a row mode and parsers.
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
    client.query({ ...statement, types }, undefined, done);
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
