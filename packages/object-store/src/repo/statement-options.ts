import type { Transaction } from "sequelize";

export interface StatementOptions {
  /** The caller's transaction. A repo never commits it or rolls it back. */
  transaction?: Transaction | undefined;
}
