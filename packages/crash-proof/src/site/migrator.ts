import { type createDatabase, databaseMigrations, Migrator } from "@repo/database";
import { objectStoreMigrations } from "@repo/object-store/migrations";

/** The migration that begins the journal, and moves to it what was unfinished in other tables. */
export const JOURNAL = "object-store/0007-create-journal";

export function migratorOf(
  database: ReturnType<typeof createDatabase>,
  options: { pooler?: "transaction" | undefined } = {},
): Migrator {
  const migrations = [...databaseMigrations, ...objectStoreMigrations()];
  return new Migrator({ database, migrations, ...options });
}
