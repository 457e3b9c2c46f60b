import { MigrationOrderError, UnknownMigrationsError } from "../errors.js";
import type { AppliedMigrations } from "./history.js";
import type { Migration } from "./migration.js";

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
