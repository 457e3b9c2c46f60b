import { createDatabase, databaseMigrations, Migrator } from "@repo/database";
import { objectStoreMigrations } from "@repo/object-store/migrations";

export async function migrate(databaseUrl: string) {
  const database = createDatabase({ url: databaseUrl });
  const migrations = [...databaseMigrations, ...objectStoreMigrations()];
  const applied = await new Migrator({ database, migrations }).up();
  await database.close();
  return applied;
}
