import type { Sequelize, Transaction } from "sequelize";

/**
 * The transaction that Sequelize's CLS (`Sequelize.useCLS`) has for the code that runs, if it is one
 * of this connection's.
 */
export function currentTransaction(database: Sequelize): Transaction | undefined {
  const { _cls: cls } = database.constructor as {
    _cls?: { get: (name: "transaction") => (Transaction & { sequelize: Sequelize }) | undefined };
  };
  const transaction = cls?.get("transaction");
  return transaction?.sequelize === database ? transaction : undefined;
}

/** The commit of a savepoint commits nothing: what counts is the outermost transaction. */
export function rootOf(transaction: Transaction): Transaction {
  return lineOf(transaction).at(-1) ?? transaction;
}

/** A savepoint, the one around it, and so on up to the transaction itself. */
export function lineOf(transaction: Transaction): Transaction[] {
  const { parent } = transaction as Transaction & { parent?: Transaction | null };
  return parent ? [transaction, ...lineOf(parent)] : [transaction];
}
