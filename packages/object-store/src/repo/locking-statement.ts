import { setTimeout as sleep } from "node:timers/promises";

import { type Connections, PreparedStatement, type SqlParameter } from "@repo/database";

import { oneAtATime } from "./one-at-a-time.js";
import { sqlStateOf } from "./sql-state.js";
import type { StatementOptions } from "./statement-options.js";

/** A condition that is true, and after which its statement fails with 55P03 where a lock takes longer. */
const BOUNDED = "set_config('lock_timeout', '20', true) IS NOT NULL";

const LOCK_NOT_AVAILABLE = "55P03";
const PATIENCE_MS = 15_000;
const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 1_000;

/** Whether a statement failed because a lock was not free in time. */
export function isLocked(error: unknown): boolean {
  return sqlStateOf(error) === LOCK_NOT_AVAILABLE;
}

/**
 * A statement that may have to wait for a lock of the application's. In a caller's transaction it
 * waits as the application set it up. On a connection of the module's own it waits for a moment, and
 * is then tried again: in between it holds neither the connection, of which there are few, nor a
 * lock that somebody else may wait for.
 */
export class LockingStatement<Parameters extends readonly SqlParameter[]> {
  readonly #own: PreparedStatement<Parameters>;
  readonly #inTransaction: PreparedStatement<Parameters>;

  /** @param text is given a condition, to be checked before the first lock is taken */
  constructor(text: (wait: string) => string) {
    this.#own = new PreparedStatement(text(BOUNDED));
    this.#inTransaction = new PreparedStatement(text("true"));
  }

  /**
   * @param options `isPatient`: false to fail after the first moment; true when absent. `inSavepoint`:
   *   whether its failure leaves the caller's transaction as it was before
   */
  async arrays(
    connections: Connections,
    parameters: Parameters,
    options: StatementOptions & { isPatient?: boolean; inSavepoint?: boolean } = {},
  ): Promise<(readonly unknown[])[]> {
    const { transaction, isPatient = true, inSavepoint = false } = options;
    if (transaction) {
      return this.#inTransaction.arrays(connections, parameters, { transaction, inSavepoint });
    }
    const end = performance.now() + PATIENCE_MS;
    const run = () => this.#own.arrays(connections, parameters);
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      try {
        // One that has waited once leaves the other connections to those that wait for nobody.
        return await (pause === FIRST_PAUSE_MS ? run() : oneAtATime(connections, run));
      } catch (error) {
        const isOver = !isPatient || performance.now() > end;
        if (isOver || !isLocked(error)) throw error;
      }
      await sleep(pause * (0.5 + Math.random()));
    }
  }
}
