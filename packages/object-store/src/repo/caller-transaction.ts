import type { Transaction } from "sequelize";

/** The commit of a savepoint commits nothing: what counts is the outermost transaction. */
export function rootOf(transaction: Transaction): Transaction {
  return lineOf(transaction).at(-1) ?? transaction;
}

/**
 * Runs a task once a caller's transaction has ended, or the savepoint it is in was rolled back: also
 * when COMMIT or ROLLBACK failed, as with a connection that was lost. The task has to look at the
 * committed state to tell what became of it, may run more than once, and must not reject. Sequelize
 * knows no hook for a rollback, so `rollback` of this transaction object is replaced.
 */
export function afterEnd(transaction: Transaction, task: () => Promise<unknown>): void {
  rootOf(transaction).afterCommit(async () => {
    await task();
  });
  for (const ancestor of lineOf(transaction)) {
    const rollback = ancestor.rollback.bind(ancestor);
    ancestor.rollback = async () => {
      try {
        await rollback();
      } finally {
        await task();
      }
    };
  }
}

/** A savepoint, the one around it, and so on up to the transaction itself. */
function lineOf(transaction: Transaction): Transaction[] {
  const { parent } = transaction as Transaction & { parent?: Transaction | null };
  return parent ? [transaction, ...lineOf(parent)] : [transaction];
}
