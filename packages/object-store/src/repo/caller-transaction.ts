import { type Connections, PreparedStatement } from "@repo/database";
import type { Sequelize, Transaction } from "sequelize";

import { InvalidInputError } from "../errors.js";
import { withDatabaseErrors } from "./database-failure.js";

/** The transaction of this database that Sequelize's CLS (`Sequelize.useCLS`) holds for the caller. */
export function currentTransaction(database: Sequelize): Transaction | undefined {
  const { _cls: cls } = database.constructor as {
    _cls?: { get: (name: "transaction") => (Transaction & { sequelize: Sequelize }) | undefined };
  };
  const transaction = cls?.get("transaction");
  return transaction?.sequelize === database ? transaction : undefined;
}

/** The outermost transaction. Releasing a savepoint does not commit. */
export function rootOf(transaction: Transaction): Transaction {
  return lineOf(transaction).at(-1) ?? transaction;
}

/** A savepoint and those around it, up to the outermost transaction. */
export function lineOf(transaction: Transaction): Transaction[] {
  const { parent } = transaction as Transaction & { parent?: Transaction | null };
  return parent ? [transaction, ...lineOf(parent)] : [transaction];
}

const LEVEL = new PreparedStatement("SELECT current_setting('transaction_isolation')");

/**
 * Uploads need READ COMMITTED: they read a row that another connection has just committed, which an
 * older snapshot does not contain.
 *
 * @throws InvalidInputError (`invalid_input`) unless the transaction is READ COMMITTED
 */
export async function requireReadCommitted(
  connections: Connections,
  transaction: Transaction,
): Promise<void> {
  const [row] = await withDatabaseErrors("read the isolation level", () =>
    LEVEL.arrays<[level: string]>(connections, [], { transaction }),
  );
  if (row?.[0] === "read committed") return;
  throw new InvalidInputError(
    `An upload needs a transaction with the isolation level READ COMMITTED; it has ${String(row?.[0]).toUpperCase()}. Pass transaction: null to keep it out of one that Sequelize's CLS gives.`,
  );
}
