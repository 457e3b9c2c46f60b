import { MigrationHistoryError, MigrationOrderError, UnknownMigrationsError } from "../errors.js";
import type { Migration, MigrationContext } from "./migration.js";

type Query = MigrationContext["query"];

/** When each migration was applied, by name. */
export type AppliedMigrations = ReadonlyMap<string, Date>;

/** @throws MigrationHistoryError */
export async function prepareHistory(query: Query): Promise<void> {
  try {
    await query(`
      CREATE TABLE IF NOT EXISTS schema_migrations (
        name text PRIMARY KEY,
        applied_at timestamptz NOT NULL DEFAULT now()
      )
    `);
  } catch (cause) {
    throw new MigrationHistoryError("schema_migrations could not be made", { cause });
  }
}

/**
 * Read only: where there is no history yet, nothing has been applied.
 *
 * @throws MigrationHistoryError
 */
export async function readHistory(query: Query): Promise<AppliedMigrations> {
  try {
    const exists = await query("SELECT 1 WHERE to_regclass('schema_migrations') IS NOT NULL");
    if (exists.length === 0) return new Map();
    // As text in ISO 8601, which neither settings nor an application's parsers change.
    const rows = await query(
      "SELECT name, to_json(applied_at) #>> '{}' AS at FROM schema_migrations ORDER BY name",
    );
    return new Map(rows.map((row) => [row["name"] as string, new Date(row["at"] as string)]));
  } catch (cause) {
    throw new MigrationHistoryError("schema_migrations could not be read", { cause });
  }
}

/**
 * Refuse to build on a history that the list cannot have made. Modules are independent of each
 * other: a module's new migration may follow another module's that is applied already, and modules
 * that the list does not have at all are another application's in the same database.
 *
 * @throws UnknownMigrationsError, MigrationOrderError
 */
export function checkHistory(migrations: readonly Migration[], applied: AppliedMigrations): void {
  const known = new Set(migrations.map(({ name }) => name));
  const modules = new Set(migrations.map(({ name }) => moduleOf(name)));
  const unknown = [...applied.keys()].filter(
    (name) => modules.has(moduleOf(name)) && !known.has(name),
  );
  if (unknown.length > 0) throw new UnknownMigrationsError(unknown);

  const firstPending = new Map<string, string>();
  for (const { name } of migrations) {
    const module = moduleOf(name);
    const pending = firstPending.get(module);
    if (!applied.has(name)) firstPending.set(module, pending ?? name);
    else if (pending !== undefined) throw new MigrationOrderError(pending, name);
  }
}

function moduleOf(name: string): string {
  return name.slice(0, name.lastIndexOf("/") + 1);
}
