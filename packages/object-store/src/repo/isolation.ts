import { type Connections, PreparedStatement } from "@repo/database";
import type { Transaction } from "sequelize";

import { InvalidInputError } from "../errors.js";
import { guarded } from "./database-failure.js";

const LEVEL = new PreparedStatement("SELECT current_setting('transaction_isolation')");

/**
 * An upload makes a file of a row that another connection committed: a snapshot of the caller's
 * that is older would not see it.
 *
 * @throws InvalidInputError (`invalid_input`) unless the transaction is READ COMMITTED
 */
export async function requireReadCommitted(
  connections: Connections,
  transaction: Transaction,
): Promise<void> {
  const [row] = await guarded("tell the isolation level", () =>
    LEVEL.arrays<[level: string]>(connections, [], { transaction }),
  );
  if (row?.[0] === "read committed") return;
  throw new InvalidInputError(
    `An upload needs a transaction with the isolation level READ COMMITTED; it has ${String(row?.[0]).toUpperCase()}. Pass transaction: null to keep it out of one that Sequelize's CLS gives.`,
  );
}
