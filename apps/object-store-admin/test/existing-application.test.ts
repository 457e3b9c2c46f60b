import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createDatabase } from "@repo/database";
import { type LocalServices, startLocalServices } from "@repo/local-services";
import { objectStoreProvider, type TableOptions } from "@repo/object-store";
import { objectStoreMigrations } from "@repo/object-store/migrations";
import { sizedMedia } from "@repo/sample-media";
import { S3Provider } from "@repo/s3-provider";
import { Client } from "pg";

import { jsonOf, runCommand } from "./support/program.js";

/** The layout of an application that has accounts and images of its own. */
const VARIABLES = {
  OWNER_TABLE: "shop.accounts.number",
  OWNER_TYPE: "integer",
  TABLES_SCHEMA: "media",
  TABLE_NAMES: '{"images":"pictures","journal":"the \\"journal\\""}',
  HISTORY_TABLE: "media.history",
};

const LAYOUT: TableOptions<"integer"> = {
  owner: { schema: "shop", table: "accounts", column: "number", type: "integer" },
  schema: "media",
  tables: { images: "pictures", journal: 'the "journal"' },
};

/** Its tables, among them one in which another tool records migrations. */
const APPLICATION = `
  CREATE SCHEMA shop; CREATE SCHEMA media;
  CREATE TABLE shop.accounts (number integer PRIMARY KEY);
  CREATE TABLE images (id serial PRIMARY KEY);
  CREATE TABLE schema_migrations (version varchar(255) PRIMARY KEY);
  INSERT INTO shop.accounts VALUES (7), (8);
`;

let folder: string;
let services: LocalServices;
let s3: Record<string, string>;
let databases = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "object-store-admin-existing-"));
  services = await startLocalServices({ dataDir: folder, bucket: "media", durable: false });
  s3 = {
    S3_ENDPOINT: services.s3.endpoint,
    S3_BUCKET: "media",
    S3_ACCESS_KEY_ID: services.s3.accessKeyId,
    S3_SECRET_ACCESS_KEY: services.s3.secretAccessKey,
  };
});

afterAll(async () => {
  await services.stop();
  await rm(folder, { recursive: true, force: true });
});

/** A database with these tables, and a plain client of it. */
async function withDatabase<T>(
  tables: string,
  use: (client: Client, url: string) => Promise<T>,
): Promise<T> {
  databases += 1;
  const url = new URL(services.databaseUrl);
  const admin = new Client({ connectionString: url.href });
  await admin.connect();
  await admin.query(`CREATE DATABASE application_${databases} STRATEGY file_copy`);
  await admin.end();
  url.pathname = `application_${databases}`;
  const client = new Client({ connectionString: url.href });
  await client.connect();
  try {
    await client.query(tables);
    return await use(client, url.href);
  } finally {
    await client.end();
  }
}

/** Columns, indexes and constraints of all tables but those that record migrations. */
async function schemaOf(client: Client): Promise<unknown[]> {
  const schemas = "('public', 'media', 'shop')";
  const statements = [
    `SELECT table_schema, table_name, column_name, ordinal_position, column_default, is_nullable, data_type,
        udt_name, collation_name
      FROM information_schema.columns
      WHERE table_schema IN ${schemas} AND table_name NOT IN ('history', 'schema_migrations')
      ORDER BY table_schema, table_name, ordinal_position`,
    `SELECT schemaname, indexname, indexdef FROM pg_indexes
      WHERE schemaname IN ${schemas} AND tablename NOT IN ('history', 'schema_migrations')
      ORDER BY schemaname, indexname`,
    `SELECT conrelid::regclass::text AS of, conname, contype, pg_get_constraintdef(oid) AS definition
      FROM pg_constraint WHERE connamespace::regnamespace::text IN ${schemas}
        AND conrelid::regclass::text NOT IN ('media.history', 'schema_migrations')
      ORDER BY of, conname`,
  ];
  const results = [];
  for (const statement of statements) results.push((await client.query(statement)).rows);
  return results;
}

function namesIn(sql: string): string[] {
  return [...sql.matchAll(/^-- (\S+)$/gm)].map(([, name = ""]) => name);
}

describe("object-store-admin in a database that was there before", () => {
  it("keeps its tables beside those of the application, and takes its users' ids", async () => {
    await withDatabase(APPLICATION, async (_client, url) => {
      const environment = { ...s3, ...VARIABLES, DATABASE_URL: url };
      const { code, stdout } = await runCommand(environment, "migrate", "up");
      expect(code).toBe(0);
      expect(stdout).not.toContain("database/");

      const database = createDatabase({ url });
      const { bucket, accessKeyId, secretAccessKey, ...client } = services.s3;
      const provider = new S3Provider({
        bucket,
        client: { ...client, credentials: { accessKeyId, secretAccessKey } },
      });
      const store = objectStoreProvider({ database, s3: provider, ...LAYOUT });
      await store.forUser(7).images.upload({ body: sizedMedia("png", 40_000) });
      await store.forUser(8).images.upload({ body: sizedMedia("png", 50_000) });
      await store.close();
      provider.destroy();
      await database.close();

      expect(await jsonOf(environment, "usage")).toMatchObject([
        { images: { files: 2 }, owners: [{ owner: 8 }, { owner: 7 }] },
      ]);
      const table = await runCommand(environment, "usage", "--owner", "7");
      expect(table.stdout).toMatch(/^7 +1 file, 40 kB/m);
      expect(await runCommand(environment, "erase", "seven", "--yes")).toMatchObject({
        code: 2,
        stderr: expect.stringContaining(`of the type integer (OWNER_TYPE), which "seven" is not`),
      });
      expect(await runCommand(environment, "erase", "9999999999", "--yes")).toMatchObject({
        code: 2,
        stderr: expect.stringContaining("A user id must be a whole number of 32 bits"),
      });
      const lines = await jsonOf(environment, "erase", "7", "--yes");
      expect(lines.at(-1)).toMatchObject({ event: "report", userId: 7 });
      expect(await jsonOf(environment, "usage")).toMatchObject([{ images: { files: 1 } }]);
      expect(await runCommand(environment, "audit")).toMatchObject({ code: 0 });
    });
  });

  it("says what to set where another tool has the table of its history", async () => {
    await withDatabase(APPLICATION, async (client, url) => {
      const environment = { ...VARIABLES, HISTORY_TABLE: "", DATABASE_URL: url };
      const before = await schemaOf(client);
      for (const direction of ["up", "status"]) {
        const { code, stderr } = await runCommand(environment, "migrate", direction);
        expect(code).toBe(1);
        expect(stderr).toContain('The table "schema_migrations" has the columns version, and');
        expect(stderr).toContain("Set HISTORY_TABLE, such as object_store_migrations.");
      }
      expect(await schemaOf(client)).toEqual(before);
      const named = { ...environment, HISTORY_TABLE: "object_store_migrations" };
      expect(await runCommand(named, "migrate", "up")).toMatchObject({ code: 0 });
      const wrong = { ...environment, HISTORY_TABLE: "a\\b" };
      expect(await runCommand(wrong, "migrate", "up")).toMatchObject({
        code: 2,
        stderr: expect.stringContaining("historyTable.name must be a name"),
      });
    });
  });

  it("says what to set where the application has a table of the same name", async () => {
    await withDatabase("CREATE TABLE users (id uuid PRIMARY KEY)", async (_client, url) => {
      const { code, stderr } = await runCommand({ DATABASE_URL: url }, "migrate", "up");
      expect(code).toBe(1);
      expect(stderr).toContain("name the application's users in OWNER_TABLE");
      const own = { DATABASE_URL: url, OWNER_TABLE: "users.id" };
      expect(await runCommand(own, "migrate", "up")).toMatchObject({ code: 0 });
    });
  });

  it("says what to do where its role lacks a privilege", async () => {
    await withDatabase("CREATE ROLE clerk LOGIN PASSWORD 'clerk'", async (_client, given) => {
      const url = new URL(given);
      url.username = "clerk";
      url.password = "clerk";
      const { code, stderr } = await runCommand({ DATABASE_URL: url.href }, "migrate", "up");
      expect(code).toBe(1);
      expect(stderr).toContain("permission denied for schema public");
      expect(stderr).toContain("Grant the privilege to the user of DATABASE_URL");
    });
  });
});

describe("names with a dot", () => {
  it("are in double quotes", async () => {
    const tables = `
      CREATE SCHEMA "my.shop"; CREATE SCHEMA "my.media";
      CREATE TABLE "my.shop"."all ""the"" accounts" (number integer PRIMARY KEY);
      INSERT INTO "my.shop"."all ""the"" accounts" VALUES (7);
    `;
    await withDatabase(tables, async (client, url) => {
      const environment = {
        ...{ ...s3, DATABASE_URL: url },
        OWNER_TABLE: '"my.shop"."all ""the"" accounts".number',
        OWNER_TYPE: "integer",
        TABLES_SCHEMA: "my.media",
        HISTORY_TABLE: '"my.media".history',
      };
      expect(await runCommand(environment, "migrate", "up")).toMatchObject({ code: 0, stderr: "" });
      const { rows } = await client.query('SELECT count(*)::int FROM "my.media".history');
      expect(rows).toEqual([{ count: objectStoreMigrations().length }]);
      expect(await jsonOf(environment, "usage", "--owner", "7")).toMatchObject([{ owners: [] }]);
    });
  });

  it.each(["a", "a.", ".a", "a..b", 'a."b', '"a"b.c', "a.b.c.d"])(
    "are refused in %s",
    async (table) => {
      const { code, stderr } = await runCommand({ OWNER_TABLE: table }, "migrate", "sql");
      expect(code).toBe(2);
      expect(stderr).toContain('A name with a dot needs quotes: "my.schema".table.column.');
    },
  );
});

describe("usage", () => {
  it("tells the owner called system from the system", async () => {
    const tables = `
      CREATE TABLE accounts (name text PRIMARY KEY);
      INSERT INTO accounts VALUES ('system');
    `;
    await withDatabase(tables, async (_client, url) => {
      const environment = {
        ...{ ...s3, DATABASE_URL: url },
        OWNER_TABLE: "accounts.name",
        OWNER_TYPE: "text",
      };
      await runCommand(environment, "migrate", "up");
      const database = createDatabase({ url });
      const { bucket, accessKeyId, secretAccessKey, ...client } = services.s3;
      const credentials = { accessKeyId, secretAccessKey };
      const provider = new S3Provider({ bucket, client: { ...client, credentials } });
      const owner = { table: "accounts", column: "name", type: "text" } as const;
      const store = objectStoreProvider({ database, s3: provider, owner });
      await store.forUser("system").images.upload({ body: sizedMedia("png", 40_000) });
      await store.close();
      provider.destroy();
      await database.close();
      const filesOf = async (...options: string[]): Promise<unknown> =>
        (await jsonOf(environment, "usage", ...options)).at(-1);
      expect(await filesOf("--owner", "system")).toMatchObject({ images: { files: 1 } });
      expect(await filesOf("--system")).toMatchObject({ images: { files: 0 } });
      const both = ["--system", "--owner", "system"];
      expect(await runCommand(environment, "usage", ...both)).toMatchObject({ code: 2 });
    });
  });
});

describe("migrate sql", () => {
  it.each<[string, Record<string, string>, string]>([
    ["the tables' usual names", {}, ""],
    ["an application's own layout", VARIABLES, APPLICATION],
  ])("prints what the migrator runs, up and down, with %s", async (_layout, variables, tables) => {
    const migrated = await withDatabase(tables, async (client, url) => {
      await runCommand({ ...variables, DATABASE_URL: url }, "migrate", "up");
      return schemaOf(client);
    });
    // It needs nothing but the layout.
    const { code, stdout: up, stderr } = await runCommand(variables, "migrate", "sql");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const { stdout: down } = await runCommand(variables, "migrate", "sql", "--down");
    expect(namesIn(down)).toEqual(namesIn(up).reverse());

    await withDatabase(tables, async (client, url) => {
      const before = await schemaOf(client);
      await client.query(`BEGIN; ${up}; COMMIT`);
      expect(await schemaOf(client)).toEqual(migrated);

      // As the documentation has it for who changes to the migrator later.
      const history = variables["HISTORY_TABLE"] ?? "schema_migrations";
      await client.query(
        `CREATE TABLE ${history} (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())`,
      );
      await client.query(`INSERT INTO ${history} (name) SELECT unnest($1::text[])`, [namesIn(up)]);
      const environment = { ...variables, DATABASE_URL: url };
      expect(await runCommand(environment, "migrate", "status")).toMatchObject({ code: 0 });
      expect(await jsonOf(environment, "migrate", "up")).toEqual([{ event: "report", applied: 0 }]);

      await client.query(`BEGIN; ${down}; COMMIT`);
      expect(await schemaOf(client)).toEqual(before);
    });
  });

  it("prints migrations that may run in one transaction each, and statements one by one", async () => {
    const migrated = await withDatabase("", async (client, url) => {
      await runCommand({ DATABASE_URL: url }, "migrate", "up");
      return schemaOf(client);
    });
    await withDatabase("", async (client) => {
      for (const { statements } of await jsonOf({}, "migrate", "sql")) {
        await client.query("BEGIN");
        for (const statement of statements as string[]) await client.query(statement);
        await client.query("COMMIT");
      }
      expect(await schemaOf(client)).toEqual(migrated);
    });
  });

  it("prints statements that end with one semicolon, and none that is empty or two", async () => {
    const { stdout } = await runCommand({}, "migrate", "sql");
    expect(stdout).not.toMatch(/;\s*;/);
    for (const { statements } of await jsonOf({}, "migrate", "sql")) {
      for (const statement of statements as string[]) {
        expect(statement.replaceAll(/\$\$[^]*?\$\$/g, "")).not.toContain(";");
      }
    }
  });

  it("prints a range", async () => {
    const [first, last] = [
      "object-store/0009-tell-cut-images",
      "object-store/0010-find-multipart-uploads",
    ];
    const range = ["--from", first, "--to", last];
    expect(await jsonOf({}, "migrate", "sql", "--down", ...range)).toEqual([
      {
        event: "statements",
        name: last,
        statements: ['ALTER TABLE "object_store_journal" DROP COLUMN may_have_parts'],
      },
      {
        event: "statements",
        name: first,
        statements: ['ALTER TABLE "images" DROP COLUMN complete'],
      },
    ]);
    const wrong = ["--from", last, "--to", first];
    expect(await runCommand({}, "migrate", "sql", ...wrong)).toMatchObject({ code: 2, stdout: "" });
  });
});
