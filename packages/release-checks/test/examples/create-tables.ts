import { createDatabase, databaseMigrations, Migrator } from "@repo/database";
import { objectStoreMigrations } from "@repo/object-store/migrations";
import { userAvatarMigrations } from "@repo/user-avatars";

export async function createTables(databaseUrl: string) {
  const database = createDatabase({ url: databaseUrl });
  const migrations = [...databaseMigrations, ...objectStoreMigrations(), ...userAvatarMigrations];
  const applied = await new Migrator({ database, migrations }).up();
  await database.close();
  return applied;
}
