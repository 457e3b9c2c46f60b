import type { Transaction } from "sequelize";

import { lineOf, rootOf } from "../../repo/caller-transaction.js";

/** What became of a transaction, or of a savepoint in one. */
export type Outcome = "open" | "committed" | "rolled back";

const watched = new WeakSet<Transaction>();
const rolledBack = new WeakSet<Transaction>();

/**
 * Has to be called before anything is done in a transaction: Sequelize does not note that one was
 * rolled back.
 */
export function watch(transaction: Transaction): void {
  for (const ancestor of lineOf(transaction)) {
    if (watched.has(ancestor)) continue;
    watched.add(ancestor);
    const rollback = ancestor.rollback.bind(ancestor);
    ancestor.rollback = () => {
      rolledBack.add(ancestor);
      return rollback();
    };
  }
}

/** A savepoint's own commit decides nothing. A COMMIT that failed counts as one that did not. */
export function outcomeOf(transaction: Transaction): Outcome {
  const line = lineOf(transaction);
  if (line.some((ancestor) => rolledBack.has(ancestor))) return "rolled back";
  const { finished } = rootOf(transaction) as Transaction & { finished?: string };
  return finished === "commit" ? "committed" : "open";
}

export function isSameTransaction(a: Transaction, b: Transaction): boolean {
  return rootOf(a) === rootOf(b);
}
