import { randomUUID } from "node:crypto";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createDatabase, Migrator } from "@repo/database";
import type { Sequelize } from "sequelize";

import { objectStoreProvider, type ObjectStoreProvider } from "../../src/index.js";
import { objectStoreMigrations } from "../../src/migrations.js";
import { type Application, openApplication } from "../support/application.js";
import { sampleOf } from "../support/samples.js";
import { services } from "../support/services.js";

const ROLE = `clerk_${randomUUID().replaceAll("-", "")}`;
const OWNER = randomUUID();

let application: Application<"uuid">;
let clerk: Sequelize;

beforeAll(async () => {
  application = await openApplication("uuid");
  await application.database.query(`
    CREATE ROLE ${ROLE} LOGIN PASSWORD 'clerk';
    INSERT INTO shop.accounts (number) VALUES ('${OWNER}');
  `);
  // Past a pooler, which knows no such role.
  const url = new URL(services().postgres.adminUrl);
  url.pathname = `/${application.database.getDatabaseName()}`;
  url.username = ROLE;
  url.password = "clerk";
  clerk = createDatabase({ url: url.href });
});

afterAll(async () => {
  await clerk.close();
  await application.database.query(`DROP OWNED BY ${ROLE}; DROP ROLE ${ROLE}`);
  await application.close();
});

describe("a role that lacks privileges", () => {
  it("is told which one a migration needs", async () => {
    const migrations = objectStoreMigrations(application.layout);
    const migrator = new Migrator({ database: clerk, migrations });
    await expect(migrator.up()).rejects.toMatchObject({
      code: "migration_history_unavailable",
      message: '"schema_migrations" could not be made: permission denied for schema public',
    });
    await application.database.query(`
      GRANT CREATE ON SCHEMA public TO ${ROLE};
      GRANT CREATE, USAGE ON SCHEMA media TO ${ROLE};
      GRANT USAGE ON SCHEMA shop TO ${ROLE};
    `);
    await expect(migrator.up()).rejects.toMatchObject({
      code: "migration_failed",
      message: expect.stringMatching(
        /^Migration object-store\/0001-create-images \(up\) failed: permission denied for table accounts/,
      ),
    });
    await application.database.query(`DROP OWNED BY ${ROLE}`);
  });

  it("is told what to grant by ready() and by calls, and then works", async () => {
    await application.install();
    const { s3, layout } = application;
    const store: ObjectStoreProvider = objectStoreProvider({ database: clerk, s3, ...layout });
    const scope = store.forUser(OWNER);
    const body = (await sampleOf("png")).bytes;
    const refused = {
      code: "database_error",
      message: expect.stringMatching(
        /\(42501\): the role lacks a privilege: grant it SELECT, INSERT, UPDATE and DELETE on .*, and USAGE on their schema\.$/,
      ),
    };
    for (const grant of [
      `USAGE ON SCHEMA media`,
      `SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA media`,
    ]) {
      await expect(store.ready()).rejects.toMatchObject(refused);
      await expect(scope.list()).rejects.toMatchObject(refused);
      await expect(scope.images.upload({ body })).rejects.toMatchObject(refused);
      await application.database.query(`GRANT ${grant} TO ${ROLE}`);
    }
    await store.ready();
    const { file } = await scope.images.upload({ body });
    await scope.images.delete(file.id);
    expect(await scope.count()).toBe(0);
    await store.close();
  });
});
