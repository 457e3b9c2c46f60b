import { createDatabase, databaseMigrations, Migrator } from "@repo/database";
import { objectStoreMigrations } from "@repo/object-store/migrations";

/**
 * Makes a migrated database, of which each harness on that server takes a copy.
 *
 * @param {string} adminUrl of a new PostgreSQL server
 * @param {string} [poolerUrl] of a PgBouncer in front of it
 * @returns {Promise<import("./services.js").PostgresServer>}
 */
export async function makeTemplate(adminUrl, poolerUrl) {
  const template = "object_store_template";
  const admin = createDatabase({ url: adminUrl });
  await admin.query(`CREATE DATABASE ${template}`);

  const url = new URL(poolerUrl ?? adminUrl);
  url.pathname = `/${template}`;
  const pooler = poolerUrl === undefined ? undefined : "transaction";
  const database = createDatabase({ url: url.href, pooler });
  const migrations = [...databaseMigrations, ...objectStoreMigrations()];
  await new Migrator({ database, migrations, pooler }).up();
  await database.close();
  // A pooler keeps its sessions, and no database with sessions can be copied.
  await admin.query(
    `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '${template}'`,
  );
  await admin.close();
  return { adminUrl, template, poolerUrl };
}
