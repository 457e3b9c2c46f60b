import { QueryTypes, type Sequelize, type Transaction } from "sequelize";

import { InvalidInputError } from "../errors.js";
import { guarded } from "./database-failure.js";

/**
 * Upload completes a row that another connection committed: a snapshot of the caller's that is
 * older would not see it.
 *
 * @throws InvalidInputError (`invalid_input`) unless the transaction is READ COMMITTED
 */
export async function requireReadCommitted(
  database: Sequelize,
  transaction: Transaction,
): Promise<void> {
  const [row] = await guarded("tell the isolation level", () =>
    database.query<{ level: string }>("SELECT current_setting('transaction_isolation') AS level", {
      type: QueryTypes.SELECT,
      transaction,
    }),
  );
  if (row?.level === "read committed") return;
  throw new InvalidInputError(
    `An upload needs a transaction with the isolation level READ COMMITTED; it has ${String(row?.level).toUpperCase()}.`,
  );
}
