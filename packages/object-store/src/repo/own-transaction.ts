import { type Sequelize, Transaction } from "sequelize";

import { guarded } from "./database-failure.js";

/** Runs statements in a transaction of the module's own; what the work throws is rethrown as it is. */
export type OwnTransaction = <Result>(
  work: (transaction: Transaction) => Promise<Result>,
) => Promise<Result>;

export function ownTransactions(database: Sequelize): OwnTransaction {
  const isolationLevel = Transaction.ISOLATION_LEVELS.READ_COMMITTED;
  return async (work) => {
    let failure: { cause: unknown } | undefined;
    try {
      return await guarded("run a transaction", () =>
        database.transaction({ isolationLevel }, async (transaction) => {
          try {
            return await work(transaction);
          } catch (cause) {
            failure = { cause };
            throw cause;
          }
        }),
      );
    } catch (error) {
      throw failure === undefined ? error : failure.cause;
    }
  };
}
