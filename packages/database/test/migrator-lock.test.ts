import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";

import {
  type Migration,
  MigrationLockTimeoutError,
  MigrationTableLockedError,
  Migrator,
} from "../src/index.js";
import { tables, TestDatabase } from "./support/test-database.js";

const MIGRATE = fileURLToPath(new URL("fixtures/migrate.mjs", import.meta.url));

let testDatabase: TestDatabase;

beforeEach(async () => {
  testDatabase = await TestDatabase.create();
});

afterEach(() => testDatabase.drop());

function migrate(): ChildProcess {
  return spawn(process.execPath, [MIGRATE, testDatabase.url], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

async function linesOf(child: ChildProcess): Promise<string[]> {
  const lines: string[] = [];
  if (child.stdout === null) return lines;
  for await (const line of createInterface(child.stdout)) lines.push(line);
  return lines;
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

describe("migrators at the same time", () => {
  it("in two processes: one works, the other waits and finds nothing to do", async () => {
    const outputs = await Promise.all([linesOf(migrate()), linesOf(migrate())]);
    expect(outputs.map((lines) => lines.at(-1)).sort()).toEqual(['["fixture/slow"]', "[]"]);
    expect(outputs.flat().filter((line) => line === "working")).toHaveLength(1);
  });

  it("go on without one that was killed, of which nothing is left", async () => {
    const killed = migrate();
    if (killed.stdout) await once(killed.stdout, "data");
    killed.kill("SIGKILL");
    await once(killed, "exit");
    const database = testDatabase.open();
    expect(await new Migrator({ database, migrations: [] }).up()).toEqual([]);
    expect(await tables(database)).toEqual(["schema_migrations"]);
  });

  it.each([
    ["", undefined],
    [", behind a pooler", "transaction" as const],
  ])(
    "give up waiting after the lock timeout, and work once the other is done%s",
    async (_name, pooler) => {
      const started = deferred();
      const finish = deferred();
      const slow: Migration = {
        name: "m/slow",
        up: async () => {
          started.resolve();
          await finish.promise;
        },
        down: () => Promise.resolve(),
      };
      const first = new Migrator({
        database: testDatabase.open(),
        migrations: [slow],
        pooler,
      }).up();
      await started.promise;
      const second = new Migrator({
        database: testDatabase.open(),
        migrations: [slow],
        lockTimeoutMs: 100,
        pooler,
      });
      await expect(second.up()).rejects.toThrow(MigrationLockTimeoutError);
      finish.resolve();
      expect(await first).toEqual(["m/slow"]);
      expect(await second.up()).toEqual([]);
    },
  );
});

describe("a migration of a table that a transaction of the application uses", () => {
  const widen: Migration = {
    name: "m/widen",
    up: async ({ query }) => {
      await query("CREATE TABLE half (n int)");
      await query("ALTER TABLE used ADD COLUMN wide int");
    },
    down: () => Promise.resolve(),
  };

  it.each([
    ["", undefined],
    [", behind a pooler", "transaction" as const],
  ])("gives up, lets readers through and keeps nothing of it%s", async (_name, pooler) => {
    const database = testDatabase.open();
    await database.query("CREATE TABLE used (n int)");
    const user = await database.transaction();
    await database.query("SELECT * FROM used", { transaction: user });
    const migrator = new Migrator({
      database,
      migrations: [widen],
      tableLockTimeoutMs: 50,
      pooler,
    });
    const failed = expect(migrator.up()).rejects.toMatchObject({
      constructor: MigrationTableLockedError,
      code: "migration_table_locked",
      migration: "m/widen",
    });
    await database.query("SELECT * FROM used");
    await failed;
    expect(await tables(database)).toEqual(["schema_migrations", "used"]);
    await user.commit();
    expect(await migrator.up()).toEqual(["m/widen"]);
  });

  it("tries again by itself", async () => {
    const database = testDatabase.open();
    await database.query("CREATE TABLE used (n int)");
    const user = await database.transaction();
    await database.query("SELECT * FROM used", { transaction: user });
    let attempts = 0;
    const counted: Migration = {
      ...widen,
      up: async (context) => {
        attempts += 1;
        if (attempts === 2) await user.commit();
        await widen.up(context);
      },
    };
    const migrator = new Migrator({ database, migrations: [counted], tableLockTimeoutMs: 50 });
    expect(await migrator.up()).toEqual(["m/widen"]);
    expect(attempts).toBe(2);
  });
});
