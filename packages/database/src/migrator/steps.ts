import { setTimeout } from "node:timers/promises";

import type { Pooler } from "../connections/pooler.js";
import type { History } from "./history.js";
import type { Migration, MigrationContext } from "./migration.js";
import { isLockTimeout } from "./session.js";

interface StepOptions {
  pooler: Pooler | undefined;
  tableLockTimeoutMs: number;
}

const ATTEMPTS = 5;

/** Applies and reverts migrations, each together with its record: both or neither. */
export class Steps {
  readonly #context: MigrationContext;
  readonly #history: History;
  readonly #options: StepOptions;

  constructor(context: MigrationContext, history: History, options: StepOptions) {
    this.#context = context;
    this.#history = history;
    this.#options = options;
  }

  apply(migration: Migration): Promise<void> {
    return this.#atomically(async () => {
      await migration.up(this.#context);
      await this.#history.add(this.#context.query, migration.name);
    });
  }

  revert(migration: Migration): Promise<void> {
    return this.#atomically(async () => {
      await migration.down(this.#context);
      await this.#history.remove(this.#context.query, migration.name);
    });
  }

  async #atomically(work: () => Promise<void>): Promise<void> {
    const { pooler, tableLockTimeoutMs } = this.#options;
    const { query } = this.#context;
    const limited = async (): Promise<void> => {
      await query("SELECT set_config('lock_timeout', $1, true)", [String(tableLockTimeoutMs)]);
      await work();
    };
    if (pooler !== undefined) return inSavepoint(query, limited);
    for (let attempt = 1; ; attempt += 1) {
      try {
        await inTransaction(query, limited);
        return;
      } catch (error) {
        if (!isLockTimeout(error) || attempt === ATTEMPTS) throw error;
        await setTimeout(tableLockTimeoutMs);
      }
    }
  }
}

type Query = MigrationContext["query"];

async function inTransaction(query: Query, work: () => Promise<void>): Promise<void> {
  await query("BEGIN");
  try {
    await work();
    await query("COMMIT");
  } catch (error) {
    // Where even this fails, the session has ended.
    await query("ROLLBACK").catch(() => undefined);
    throw error;
  }
}

/** For a run in one transaction, which a failure leaves with what was done before. */
async function inSavepoint(query: Query, work: () => Promise<void>): Promise<void> {
  await query("SAVEPOINT migration");
  try {
    await work();
    await query("RELEASE SAVEPOINT migration");
  } catch (error) {
    // Where even this fails, the transaction can only be rolled back as a whole.
    await query("ROLLBACK TO SAVEPOINT migration").catch(() => undefined);
    throw error;
  }
}
