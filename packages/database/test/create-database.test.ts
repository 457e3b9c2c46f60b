import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { inspect } from "node:util";

import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { QueryTypes } from "sequelize";

import { createDatabase, type DatabaseOptions, InvalidDatabaseUrlError } from "../src/index.js";
import { startProxy } from "./support/proxy.js";
import { TestDatabase } from "./support/test-database.js";

let testDatabase: TestDatabase;
const endings: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  testDatabase = await TestDatabase.create();
});

afterEach(async () => {
  for (const ending of endings.splice(0).reverse()) await ending();
});

afterAll(() => testDatabase.drop());

function open(options: DatabaseOptions): ReturnType<typeof createDatabase> {
  const database = createDatabase(options);
  endings.push(() => database.close());
  return database;
}

function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe("createDatabase", () => {
  it("connects by URL", async () => {
    await expect(open({ url: testDatabase.url }).authenticate()).resolves.toBeUndefined();
  });

  it("connects by its parts, under the name it is given", async () => {
    const { hostname, port, pathname, username, password } = new URL(testDatabase.url);
    const database = open({
      host: hostname,
      port: Number(port),
      database: pathname.slice(1),
      username,
      password,
      applicationName: "the tests",
    });
    const rows = await database.query(
      `SELECT current_database() AS database, current_setting('application_name') AS name`,
      { type: QueryTypes.SELECT },
    );
    expect(rows).toEqual([{ database: pathname.slice(1), name: "the tests" }]);
  });

  it("does not fall back to a connection in the clear when it is told to use TLS", async () => {
    const database = open({ url: `${testDatabase.url}?sslmode=verify-full` });
    await expect(database.authenticate()).rejects.toThrow(/does not support SSL/);
  });

  it("logs statements and their duration where it is told to, and nothing else", async () => {
    const lines: unknown[] = [];
    const database = open({
      url: testDatabase.url,
      logging: (sql, durationMs) => lines.push([sql, durationMs]),
    });
    await database.query("SELECT $1::text AS secret", { bind: ["s3cret"] });
    expect(lines).toEqual([
      [expect.stringContaining("SELECT $1::text AS secret"), expect.any(Number)],
    ]);
    expect(inspect(lines)).not.toContain("s3cret");
  });

  it.each([
    "not a url",
    "mysql://me:s3cret@localhost/db",
    "postgresql://me:s3cret@localhost",
    "postgresql://me:s3cret@:port:/db",
    "postgresql://localhost/db",
  ])("refuses %j without repeating it", (url) => {
    let failure: unknown;
    try {
      createDatabase({ url });
    } catch (error) {
      failure = error;
    }
    expect(failure).toBeInstanceOf(InvalidDatabaseUrlError);
    expect(inspect(failure, { depth: 10 })).not.toMatch(/s3cret|localhost/);
  });
});

describe("a server in trouble", () => {
  it("that refuses connections fails the query as such", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, "close");

    const failure = await failureOf(
      open({ url: `postgresql://me:s3cret@127.0.0.1:${port}/db` }).authenticate(),
    );
    expect(failure).toMatchObject({ name: "SequelizeConnectionRefusedError" });
    expect(inspect(failure, { depth: 10 })).not.toContain("s3cret");
  });

  it("that knows another password fails the query without telling ours", async () => {
    const url = new URL(testDatabase.url);
    url.password = "s3cret";
    const failure = await failureOf(open({ url: url.href }).authenticate());
    expect(failure).toMatchObject({ parent: { code: "28P01" } });
    expect(inspect(failure, { depth: 10 })).not.toContain("s3cret");
  });

  it("that accepts and says nothing fails the query after the connect timeout", async () => {
    const proxy = await startProxy(testDatabase.url);
    endings.push(() => proxy.close());
    proxy.freeze();
    const database = open({ url: proxy.url, connectTimeoutMs: 100 });
    await expect(database.authenticate()).rejects.toMatchObject({
      name: expect.stringMatching(/^SequelizeConnection/),
    });
    await proxy.unused();
  });

  it("that hangs later fails the query, and its connection is not used again", async () => {
    const proxy = await startProxy(testDatabase.url);
    endings.push(() => proxy.close());
    const database = open({ url: proxy.url, statementTimeoutMs: 100, connectTimeoutMs: 200 });
    await database.authenticate();
    proxy.freeze();
    await expect(database.query("SELECT 1")).rejects.toThrow("Query read timeout");
    await expect(database.query("SELECT 1")).rejects.toMatchObject({
      name: expect.stringMatching(/^SequelizeConnection/),
    });
    await proxy.unused();
  });

  it("has a statement that takes too long cancelled", async () => {
    const database = open({ url: testDatabase.url, statementTimeoutMs: 100 });
    await expect(database.query("SELECT pg_sleep(30)")).rejects.toMatchObject({
      parent: { code: "57014" },
    });
    await expect(database.query("SELECT 1")).resolves.toBeDefined();
  });

  it("with all connections taken fails the query after the acquire timeout", async () => {
    const database = open({ url: testDatabase.url, pool: { max: 1, acquireTimeoutMs: 1_000 } });
    await database.transaction(async () => {
      await expect(database.query("SELECT 1")).rejects.toMatchObject({
        name: "SequelizeConnectionAcquireTimeoutError",
      });
    });
  });
});
