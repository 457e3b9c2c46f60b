import type { Pooler } from "../connections/pooler.js";
import type { Migration, MigrationContext } from "./migration.js";

/** Applies and reverts migrations, each together with its record: both or neither. */
export class Steps {
  readonly #context: MigrationContext;
  readonly #atomically: typeof inTransaction;

  constructor(context: MigrationContext, pooler: Pooler | undefined) {
    this.#context = context;
    this.#atomically = pooler === undefined ? inTransaction : inSavepoint;
  }

  apply(migration: Migration): Promise<void> {
    return this.#atomically(this.#context, async () => {
      await migration.up(this.#context);
      await this.#context.query("INSERT INTO schema_migrations (name) VALUES ($1)", [
        migration.name,
      ]);
    });
  }

  revert(migration: Migration): Promise<void> {
    return this.#atomically(this.#context, async () => {
      await migration.down(this.#context);
      await this.#context.query("DELETE FROM schema_migrations WHERE name = $1", [migration.name]);
    });
  }
}

/** A failure ends the run and with it the session, which is what rolls back. */
async function inTransaction(
  { query }: MigrationContext,
  work: () => Promise<void>,
): Promise<void> {
  await query("BEGIN");
  await work();
  await query("COMMIT");
}

/** For a run in one transaction, which a failure leaves with what was done before. */
async function inSavepoint({ query }: MigrationContext, work: () => Promise<void>): Promise<void> {
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
