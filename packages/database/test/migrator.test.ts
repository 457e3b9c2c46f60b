import { inspect } from "node:util";

import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { Sequelize } from "sequelize-typescript";

import {
  createDatabase,
  databaseMigrations,
  DuplicateMigrationError,
  ForeignHistoryTableError,
  type HistoryTable,
  InvalidHistoryTableError,
  type Migration,
  MigrationFailedError,
  MigrationNotFoundError,
  MigrationOrderError,
  Migrator,
  MigratorConnectionError,
  UnknownMigrationsError,
} from "../src/index.js";
import { tables, TestDatabase } from "./support/test-database.js";

let testDatabase: TestDatabase;
let database: Sequelize;

beforeEach(async () => {
  testDatabase = await TestDatabase.create();
  database = testDatabase.open();
});

afterEach(() => testDatabase.drop());

/** A migration that makes a table with the last part of its name. */
function makes(name: string): Migration {
  const table = name.replace(/^.*\//, "");
  return {
    name,
    up: async ({ query }) => {
      await query(`CREATE TABLE ${table} (n int)`);
    },
    down: async ({ query }) => {
      await query(`DROP TABLE ${table}`);
    },
  };
}

const [a, b, c] = [makes("m/a"), makes("m/b"), makes("m/c")];
const other = makes("n/other");

const migrator = (...migrations: readonly Migration[]): Migrator =>
  new Migrator({ database, migrations });

describe("up", () => {
  it("finds its history behind an earlier schema of the search path", async () => {
    await migrator(a).up();
    await database.query("CREATE SCHEMA app");
    await database.query(`
      DO $$ BEGIN
        EXECUTE format('ALTER DATABASE %I SET search_path = app, public', current_database());
      END $$
    `);
    expect(await migrator(a, b).up()).toEqual(["m/b"]);
  });

  it("applies what is pending, in the order of the list, and nothing twice", async () => {
    expect(await migrator(b, a).up()).toEqual(["m/b", "m/a"]);
    expect(await migrator(b, a).up()).toEqual([]);
    expect(await migrator(b, a, c).up()).toEqual(["m/c"]);
    expect(await tables(database)).toEqual(["a", "b", "c", "schema_migrations"]);
  });

  it("stops after the migration it was told to", async () => {
    expect(await migrator(a, b, c).up({ to: "m/b" })).toEqual(["m/a", "m/b"]);
    expect(await migrator(a, b, c).up({ to: "m/a" })).toEqual([]);
    expect(await tables(database)).toEqual(["a", "b", "schema_migrations"]);
  });

  it("tells its logger what it does", async () => {
    const messages: unknown[] = [];
    const logger = (message: unknown): void => void messages.push(message);
    await new Migrator({ database, migrations: [a], logger }).up();
    expect(messages).toEqual([
      { event: "migrating", name: "m/a" },
      { event: "migrated", name: "m/a", durationSeconds: expect.any(Number) },
    ]);
  });

  it.each(["an option", "a hook"])("is not held to a statement timeout of %s", async (origin) => {
    const statementTimeoutMs = 50;
    const impatient = testDatabase.open(origin === "an option" ? { statementTimeoutMs } : {});
    if (origin === "a hook") {
      impatient.addHook("afterConnect", async (connection: unknown) => {
        const client = connection as { query: (sql: string) => Promise<unknown> };
        await client.query(`SET statement_timeout = ${statementTimeoutMs}`);
      });
    }
    const slow: Migration = {
      ...a,
      up: async ({ query }) => {
        await query("SELECT pg_sleep(0.2)");
      },
    };
    await expect(new Migrator({ database: impatient, migrations: [slow] }).up()).resolves.toEqual([
      "m/a",
    ]);
  });
});

describe("down", () => {
  beforeEach(async () => {
    await migrator(a, b, c).up();
  });

  it("reverts the last one", async () => {
    expect(await migrator(a, b, c).down()).toEqual(["m/c"]);
    expect(await tables(database)).toEqual(["a", "b", "schema_migrations"]);
  });

  it("reverts a number of steps, or all there are", async () => {
    expect(await migrator(a, b, c).down({ steps: 2 })).toEqual(["m/c", "m/b"]);
    expect(await migrator(a, b, c).down({ steps: 2 })).toEqual(["m/a"]);
    expect(await migrator(a, b, c).down()).toEqual([]);
  });

  it.each([-1, 0.5, Number.NaN])("refuses %p steps", async (steps) => {
    await expect(migrator(a, b, c).down({ steps })).rejects.toThrow(RangeError);
    expect(await tables(database)).toEqual(["a", "b", "c", "schema_migrations"]);
  });

  it("reverts down to and including the one it was told to", async () => {
    expect(await migrator(a, b, c).down({ to: "m/b" })).toEqual(["m/c", "m/b"]);
    expect(await migrator(a, b, c).down({ to: "m/b" })).toEqual([]);
    expect(await migrator(a, b, c).up()).toEqual(["m/b", "m/c"]);
  });

  it("keeps the table and the record of one that fails", async () => {
    const failing: Migration = {
      ...c,
      down: async ({ query }) => {
        await query("DROP TABLE c");
        throw new Error("no way back");
      },
    };
    await expect(migrator(a, b, failing).down()).rejects.toMatchObject({
      migration: "m/c",
      direction: "down",
    });
    expect(await tables(database)).toEqual(["a", "b", "c", "schema_migrations"]);
    expect(await migrator(a, b, c).up()).toEqual([]);
  });
});

describe("status", () => {
  it("shows what is applied and when, what is pending, and what the list lacks", async () => {
    const before = Date.now() - 60_000;
    await migrator(a, b).up();
    const status = await migrator(b, c).status();
    expect(status).toEqual([
      { name: "m/b", appliedAt: expect.any(Date), known: true },
      { name: "m/c", appliedAt: undefined, known: true },
      { name: "m/a", appliedAt: expect.any(Date), known: false },
    ]);
    expect(status[0]?.appliedAt?.getTime()).toBeGreaterThan(before);
  });

  it("changes nothing, not even in an empty database", async () => {
    expect(await migrator(a).status()).toEqual([
      { name: "m/a", appliedAt: undefined, known: true },
    ]);
    expect(await tables(database)).toEqual([]);
  });
});

describe("a migration that fails", () => {
  it("leaves nothing of itself, keeps those before it, and stops those after it", async () => {
    const cause = new Error("disk on fire");
    const failing: Migration = {
      ...b,
      up: async ({ query }) => {
        await query("CREATE TABLE half (n int); INSERT INTO half VALUES (1)");
        throw cause;
      },
    };
    const failure: unknown = await migrator(a, failing, c)
      .up()
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(MigrationFailedError);
    expect(failure).toMatchObject({
      code: "migration_failed",
      migration: "m/b",
      direction: "up",
      message: "Migration m/b (up) failed: disk on fire",
    });
    expect((failure as Error).cause).toBe(cause);
    expect(await tables(database)).toEqual(["a", "schema_migrations"]);
    expect(await migrator(a, b, c).up()).toEqual(["m/b", "m/c"]);
  });

  it("leaves nothing when its connection dies after its work and before its record", async () => {
    const dying: Migration = {
      ...a,
      up: async (context) => {
        await a.up(context);
        await context.query("SELECT pg_terminate_backend(pg_backend_pid())");
      },
    };
    await expect(migrator(dying).up()).rejects.toThrow(MigrationFailedError);
    expect(await tables(database)).toEqual(["schema_migrations"]);
    expect(await migrator(a).up()).toEqual(["m/a"]);
  });

  it("is not recorded when it hides the failure of a statement", async () => {
    const hiding: Migration = {
      ...a,
      up: ({ query }) =>
        query("SELECT 1 / 0").then(
          () => undefined,
          () => undefined,
        ),
    };
    await expect(migrator(hiding).up()).rejects.toThrow(MigrationFailedError);
    expect(await migrator(a).up()).toEqual(["m/a"]);
  });
});

describe("the list", () => {
  it("has each name once", () => {
    expect(() => migrator(a, b, a)).toThrow(DuplicateMigrationError);
  });

  it("has every name that is asked for", async () => {
    await expect(migrator(a).up({ to: "m/b" })).rejects.toThrow(MigrationNotFoundError);
    await expect(migrator(a).down({ to: "m/b" })).rejects.toThrow(MigrationNotFoundError);
  });

  it("has every migration of its modules that the database has", async () => {
    await migrator(a, b, c).up();
    await expect(migrator(a).up()).rejects.toMatchObject({ migrations: ["m/b", "m/c"] });
    await expect(migrator(a).down()).rejects.toThrow(UnknownMigrationsError);
  });

  it("may leave out modules of other applications in the same database", async () => {
    await migrator(a, other).up();
    expect(await migrator(a, b).up()).toEqual(["m/b"]);
    expect(await migrator(a, b).down()).toEqual(["m/b"]);
  });

  it("does not get a new migration before an applied one of the same module", async () => {
    await migrator(a, c).up();
    await expect(migrator(a, b, c).up()).rejects.toThrow(MigrationOrderError);
    await expect(migrator(a, b, c).down()).rejects.toMatchObject({
      pending: "m/b",
      applied: "m/c",
    });
    expect(await tables(database)).toEqual(["a", "c", "schema_migrations"]);
  });

  it("may get one before an applied one of another module", async () => {
    const other = makes("other/d");
    await migrator(a, other).up();
    expect(await migrator(a, b, other).up()).toEqual(["m/b"]);
  });
});

describe("the table of the history", () => {
  const recordedIn = (historyTable: HistoryTable): Migrator =>
    new Migrator({ database, migrations: [a, b], historyTable });

  it("has the name and the schema that it was given, whatever they need quotes for", async () => {
    await database.query('CREATE SCHEMA "Own ""history"" \'s"');
    const table = { schema: 'Own "history" \'s', name: "select" };
    const own = recordedIn(table);
    expect(await own.up()).toEqual(["m/a", "m/b"]);
    expect(await own.down()).toEqual(["m/b"]);
    expect(await own.status()).toMatchObject([
      { name: "m/a", appliedAt: expect.any(Date) },
      { name: "m/b", appliedAt: undefined },
    ]);
    expect(await tables(database)).toEqual(["a"]);
    expect(await database.query('SELECT name FROM "Own ""history"" \'s"."select"')).toMatchObject([
      [{ name: "m/a" }],
      expect.anything(),
    ]);
  });

  it.each([
    ["Rails, dbmate and golang-migrate", "version varchar(255) PRIMARY KEY", ["version"]],
    [
      "a tool with many columns",
      "id int, name text, c int, d int, e int, f int",
      expect.anything(),
    ],
  ])("is refused when it is one of %s, and nothing is changed", async (_tool, columns, named) => {
    await database.query(`CREATE TABLE schema_migrations (${columns})`);
    for (const run of [
      () => migrator(a).up(),
      () => migrator(a).down(),
      () => migrator(a).status(),
    ]) {
      await expect(run()).rejects.toMatchObject({
        constructor: ForeignHistoryTableError,
        code: "foreign_history_table",
        table: '"schema_migrations"',
        columns: named,
        message: expect.stringMatching(
          /"schema_migrations" has the columns (?:version|id, name, c, d, e and more), .* historyTable: \{ name: "object_store_migrations" \}$/,
        ),
      });
    }
    expect(await tables(database)).toEqual(["schema_migrations"]);
    expect(await recordedIn({ name: "object_store_migrations" }).up()).toEqual(["m/a", "m/b"]);
  });

  it.each([
    { name: "" },
    { name: "a".repeat(64) },
    { name: "é".repeat(32) },
    { name: "a\nb" },
    { schema: "a\\b" },
    { name: 7 as unknown as string },
  ])("cannot be %p", (historyTable) => {
    expect(() => recordedIn(historyTable)).toThrow(InvalidHistoryTableError);
  });
});

describe("the context of a migration", () => {
  it("binds parameters and returns rows, of several statements those of the last", async () => {
    const results: unknown[] = [];
    const reading: Migration = {
      ...a,
      up: async ({ query }) => {
        results.push(await query("SELECT $1::int + 1 AS n", [41]));
        results.push(await query("SELECT 1 AS n; SELECT 2 AS n"));
      },
    };
    await migrator(reading).up();
    expect(results).toEqual([[{ n: 42 }], [{ n: 2 }]]);
  });
});

describe("databaseMigrations", () => {
  it("go up, down to nothing, and up again", async () => {
    const own = migrator(...databaseMigrations);
    await own.up();
    expect(await tables(database)).toEqual(["schema_migrations", "users"]);
    await own.down({ steps: databaseMigrations.length });
    expect(await tables(database)).toEqual(["schema_migrations"]);
    expect(await own.up()).toEqual(databaseMigrations.map(({ name }) => name));
  });
});

describe("the connection of a migrator", () => {
  it("has the password that the application's hooks give", async () => {
    const url = new URL(testDatabase.url);
    const password = decodeURIComponent(url.password);
    url.password = "yesterday";
    const rotating = testDatabase.open({ url: url.href });
    rotating.addHook("beforeConnect", (config) => {
      config.password = password;
    });
    expect(await new Migrator({ database: rotating, migrations: [a] }).up()).toEqual(["m/a"]);
  });
});

describe("without a server", () => {
  it("fails with a typed error that holds no password", async () => {
    const url = "postgresql://me:s3cret@127.0.0.1:1/nothing";
    const unreachable = createDatabase({ url });
    const failure: unknown = await new Migrator({ database: unreachable, migrations: [] })
      .up()
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(MigratorConnectionError);
    expect(inspect(failure, { depth: 10 })).not.toContain("s3cret");
  });
});
