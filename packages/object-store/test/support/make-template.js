import { createDatabase, databaseMigrations, Migrator } from "@repo/database";
import { objectStoreMigrations } from "@repo/object-store/migrations";

/**
 * Makes a migrated database, of which each harness on that server takes a copy.
 *
 * @param {string} adminUrl of a new PostgreSQL server
 * @returns {Promise<import("./services.js").TestServices["postgres"]>}
 */
export async function makeTemplate(adminUrl) {
  const template = "object_store_template";
  const admin = createDatabase({ url: adminUrl });
  await admin.query(`CREATE DATABASE ${template}`);
  await admin.close();

  const url = new URL(adminUrl);
  url.pathname = `/${template}`;
  const database = createDatabase({ url: url.href });
  await new Migrator({
    database,
    migrations: [...databaseMigrations, ...objectStoreMigrations()],
  }).up();
  await database.close();
  return { adminUrl, template };
}
