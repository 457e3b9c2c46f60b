import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { ConnectionAcquireTimeoutError, ConnectionError } from "sequelize";
import type { Sequelize } from "sequelize-typescript";

import { Connections, Migrator, PreparedStatement } from "../src/index.js";
import { startProxy } from "./support/proxy.js";
import { TestDatabase } from "./support/test-database.js";

const IDLE = fileURLToPath(new URL("fixtures/idle.mjs", import.meta.url));

const PID = new PreparedStatement("SELECT pg_backend_pid()");
const SLEEP = new PreparedStatement<[seconds: number]>("SELECT pg_backend_pid(), pg_sleep($1)");
const TERMINATE = new PreparedStatement<[pid: number]>("SELECT pg_terminate_backend($1)");
const SESSIONS = new PreparedStatement(
  "SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database()",
);

let testDatabase: TestDatabase;

beforeEach(async () => {
  testDatabase = await TestDatabase.create();
});

afterEach(() => testDatabase.drop());

async function pidOf(connections: Connections): Promise<number> {
  const [row] = await PID.arrays<[number]>(connections, []);
  return row?.[0] ?? 0;
}

/** The sessions of these sleepers, which run at once. */
async function sleepers(...connections: Connections[]): Promise<Set<unknown>> {
  const rows = await Promise.all(connections.map((each) => SLEEP.arrays(each, [0.1])));
  return new Set(rows.flat().map(([pid]) => pid));
}

async function eventually(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 50));
}

describe("connections beside the pool", () => {
  it("never wait for connections that callers hold", async () => {
    const database = testDatabase.open({ pool: { max: 1, acquireTimeoutMs: 500 } });
    const connections = new Connections(database);
    await database.transaction(async () => {
      await expect(
        Promise.all(Array.from({ length: 9 }, () => pidOf(connections))),
      ).resolves.toHaveLength(9);
      await expect(PID.arrays(connections, [], { on: "pool" })).rejects.toThrow(
        ConnectionAcquireTimeoutError,
      );
    });
  });

  it("are two, or as many as the options say", async () => {
    const [first, second] = [testDatabase.open(), testDatabase.open()];
    const two = new Connections(first);
    const three = new Connections(second, { own: 3 });
    expect((await sleepers(two, two, two, two)).size).toBe(2);
    expect((await sleepers(three, three, three, three)).size).toBe(3);
    expect(() => new Connections(first, { own: 0 })).toThrow(RangeError);
  });

  it("are shared by all of one Sequelize, as many as the largest number says", async () => {
    const database = testDatabase.open();
    const [one, two] = [
      new Connections(database, { own: 1 }),
      new Connections(database, { own: 2 }),
    ];
    expect((await sleepers(one, one, two, two)).size).toBe(2);
  });

  it("are ended, as is the migrator's, when a hook fails after they were made", async () => {
    const database = testDatabase.open();
    const watcher = new Connections(testDatabase.open(), { own: 1 });
    await pidOf(watcher);
    database.addHook("afterConnect", () => {
      throw new Error("the hook failed");
    });
    await expect(pidOf(new Connections(database))).rejects.toThrow("the hook failed");
    const migrated = new Migrator({ database, migrations: [] }).up();
    await expect(migrated).rejects.toMatchObject({ code: "migrator_connection_failed" });
    await eventually(async () => (await SESSIONS.arrays(watcher, []))[0]?.[0] === 1);
  });

  it("are waited for no longer than the pool's are", async () => {
    const database = testDatabase.open({ pool: { acquireTimeoutMs: 1_000 } });
    const connections = new Connections(database, { own: 1 });
    const sleeping = SLEEP.arrays(connections, [2]);
    await expect(PID.arrays(connections, [])).rejects.toThrow(ConnectionAcquireTimeoutError);
    await sleeping;
  });

  it("are made as the pool's are, with its settings and hooks", async () => {
    const url = new URL(testDatabase.url);
    const password = decodeURIComponent(url.password);
    url.password = "yesterday";
    const database = testDatabase.open({
      url: url.href,
      statementTimeoutMs: 1_234,
      applicationName: "the tests",
    });
    const hooks: string[] = [];
    database.addHook("beforeConnect", (config) => {
      hooks.push("before");
      config.password = password;
    });
    database.addHook("afterConnect", () => void hooks.push("after"));
    const settings = new PreparedStatement(
      `SELECT current_setting('statement_timeout'), current_setting('application_name'),
              current_setting('TimeZone')`,
    );
    const connections = new Connections(database);
    const [own] = await settings.arrays(connections, []);
    expect(hooks).toEqual(["before", "after"]);
    expect(own?.slice(0, 2)).toEqual(["1234ms", "the tests"]);
    expect([own]).toEqual(await settings.arrays(connections, [], { on: "pool" }));
  });

  it("end with the Sequelize, after what they are running", async () => {
    const database = testDatabase.open();
    const connections = new Connections(database);
    const observer = new Connections(testDatabase.open(), { own: 1 });
    await pidOf(connections);
    const sleeping = SLEEP.arrays(connections, [0.3]);
    await database.close();
    await expect(sleeping).resolves.toHaveLength(1);
    await eventually(async () => (await SESSIONS.arrays(observer, []))[0]?.[0] === 1);
    const failure: unknown = await pidOf(connections).catch((error: unknown) => error);
    expect(failure).toEqual(await database.query("SELECT 1").catch((error: unknown) => error));
    expect(failure).toBeInstanceOf(Error);
  });

  it("keep no process alive", async () => {
    const process_ = spawn(process.execPath, [IDLE, testDatabase.url], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(process_.stdout, "data");
    const doneAt = Date.now();
    expect(await once(process_, "exit")).toEqual([0, null]);
    expect(Date.now() - doneAt).toBeLessThan(5_000);
  });

  it("let a process end only after a close that it waits for", async () => {
    const process_ = spawn(process.execPath, [IDLE, testDatabase.url, "close"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const output: Buffer[] = [];
    process_.stdout.on("data", (chunk: Buffer) => output.push(chunk));
    expect(await once(process_, "close")).toEqual([0, null]);
    expect(Buffer.concat(output).toString()).toBe("done\nclosed\n");
  });

  it("are closed when they were idle for as long as the pool's may be", async () => {
    const database = testDatabase.open();
    Object.assign(poolOf(database), { idle: 100, evict: 100 });
    const connections = new Connections(database, { own: 1 });
    const first = await pidOf(connections);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(await pidOf(connections)).not.toBe(first);
  });

  it.each([
    ["a pool", () => testDatabase.open()],
    ["replicas", () => testDatabase.openReplicated()],
  ])("are replaced when the server ends an idle one, beside %s", async (_name, open) => {
    const connections = new Connections(open(), { own: 1 });
    const observer = new Connections(testDatabase.open(), { own: 1 });
    const first = await pidOf(connections);
    await TERMINATE.rows(observer, [first]);
    await eventually(async () => (await SESSIONS.arrays(observer, []))[0]?.[0] === 1);
    // The answer may be read before the end of the other connection, which has arrived as well.
    await new Promise(setImmediate);
    expect(await pidOf(connections)).not.toBe(first);
  });

  it("fail on a server that hangs, and are not used again", async () => {
    const proxy = await startProxy(testDatabase.url);
    const database = testDatabase.open({
      url: proxy.url,
      statementTimeoutMs: 100,
      connectTimeoutMs: 200,
    });
    const connections = new Connections(database, { own: 1 });
    await pidOf(connections);
    proxy.freeze();
    await expect(pidOf(connections)).rejects.toThrow("Query read timeout");
    await expect(pidOf(connections)).rejects.toThrow(ConnectionError);
    await proxy.close();
  });
});

function poolOf(database: Sequelize): object {
  const { connectionManager } = database as unknown as {
    connectionManager: { config: { pool: object } };
  };
  return connectionManager.config.pool;
}
