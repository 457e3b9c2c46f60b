import { type Sequelize, Transaction } from "sequelize";

import { guarded } from "./database-failure.js";

/** Runs statements in a transaction of the module's own. */
export type OwnTransaction = <Result>(
  work: (transaction: Transaction) => Promise<Result>,
) => Promise<Result>;

export function ownTransactions(database: Sequelize): OwnTransaction {
  const isolationLevel = Transaction.ISOLATION_LEVELS.READ_COMMITTED;
  return (work) =>
    guarded("run a transaction", () => database.transaction({ isolationLevel }, work));
}
