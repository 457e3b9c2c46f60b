import type { Migration, MigrationContext } from "./migration.js";

/** Apply a migration and record it, both or neither. */
export function apply(migration: Migration, context: MigrationContext): Promise<void> {
  return inTransaction(context, async () => {
    await migration.up(context);
    await context.query("INSERT INTO schema_migrations (name) VALUES ($1)", [migration.name]);
  });
}

/** Revert a migration and erase its record, both or neither. */
export function revert(migration: Migration, context: MigrationContext): Promise<void> {
  return inTransaction(context, async () => {
    await migration.down(context);
    await context.query("DELETE FROM schema_migrations WHERE name = $1", [migration.name]);
  });
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
