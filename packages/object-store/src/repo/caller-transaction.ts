import type { Transaction } from "sequelize";

/** The commit of a savepoint commits nothing: what counts is the outermost transaction. */
export function rootOf(transaction: Transaction): Transaction {
  return lineOf(transaction).at(-1) ?? transaction;
}

/** A savepoint, the one around it, and so on up to the transaction itself. */
export function lineOf(transaction: Transaction): Transaction[] {
  const { parent } = transaction as Transaction & { parent?: Transaction | null };
  return parent ? [transaction, ...lineOf(parent)] : [transaction];
}
