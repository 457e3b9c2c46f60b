import { type Connections, PreparedStatement } from "@repo/database";
import type { Transaction } from "sequelize";

const SET = new PreparedStatement("SAVEPOINT object_store");
const UNDO = new PreparedStatement("ROLLBACK TO SAVEPOINT object_store");
const RELEASE = new PreparedStatement("RELEASE SAVEPOINT object_store");

/** Runs a statement whose failure leaves the caller's transaction as it was before. */
export async function inSavepoint<Result>(
  connections: Connections,
  transaction: Transaction,
  statement: () => Promise<Result>,
): Promise<Result> {
  const run = (command: PreparedStatement) => command.execute(connections, [], { transaction });
  await run(SET);
  try {
    return await statement();
  } catch (error) {
    await run(UNDO);
    throw error;
  } finally {
    await run(RELEASE);
  }
}
