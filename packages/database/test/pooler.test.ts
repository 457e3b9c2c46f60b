import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";

import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { QueryTypes } from "sequelize";

import {
  Connections,
  createDatabase,
  type Migration,
  MigrationFailedError,
  Migrator,
  PreparedStatement,
} from "../src/index.js";
import { tables, TestDatabase } from "./support/test-database.js";

let testDatabase: TestDatabase;

beforeEach(async () => {
  testDatabase = await TestDatabase.create();
});

afterEach(() => testDatabase.drop());

/** The names of the startup parameters with which `connect` greets a server that hangs up. */
async function startupParameters(connect: (url: string) => Promise<unknown>): Promise<string[]> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const packet = new Promise<Buffer>((resolve) => {
    server.on("connection", (socket) => {
      socket.once("data", (bytes) => {
        resolve(bytes);
        socket.destroy();
      });
    });
  });
  await expect(connect(`postgresql://a:b@127.0.0.1:${port}/c`)).rejects.toThrow();
  server.close();
  // After its length and the version: names and values, each with a zero behind it.
  const texts = (await packet).subarray(8).toString().split("\0");
  return texts.filter((text, index) => index % 2 === 0 && text !== "").sort();
}

describe("behind a pooler that lends sessions for transactions", () => {
  it.each<[string, (url: string) => Promise<unknown>]>([
    [
      "a connection of the pool",
      (url) => createDatabase({ url, pooler: "transaction", applicationName: "x" }).authenticate(),
    ],
    [
      "a connection beside the pool",
      (url) => {
        const database = createDatabase({ url, pooler: "transaction", applicationName: "x" });
        const connections = new Connections(database, { pooler: "transaction" });
        return new PreparedStatement("SELECT 1").rows(connections, []);
      },
    ],
    [
      "the migrator",
      (url) => {
        const database = createDatabase({ url, applicationName: "x" });
        return new Migrator({ database, migrations: [], pooler: "transaction" }).up();
      },
    ],
  ])("%s sends no startup parameters that are refused", async (_name, connect) => {
    expect(await startupParameters(connect)).toEqual([
      "application_name",
      "client_encoding",
      "database",
      "user",
    ]);
  });

  it("connecting changes no setting of the session", async () => {
    const database = testDatabase.open({ pooler: "transaction" });
    const changed = await database.query(
      "SELECT name FROM pg_settings WHERE source = 'session' ORDER BY name",
      { type: QueryTypes.SELECT },
    );
    expect(changed).toEqual([]);
  });

  it("a statement is given up after its timeout", async () => {
    const database = testDatabase.open({ pooler: "transaction", statementTimeoutMs: 100 });
    await expect(database.query("SELECT pg_sleep(30)")).rejects.toThrow("Query read timeout");
    await expect(database.query("SELECT 1")).resolves.toBeDefined();
  });
});

describe("a migrator behind a pooler", () => {
  const makes = (table: string): Migration => ({
    name: `m/${table}`,
    up: async ({ query }) => {
      await query(`CREATE TABLE ${table} (n int)`);
    },
    down: async ({ query }) => {
      await query(`DROP TABLE ${table}`);
    },
  });

  const migrator = (...migrations: Migration[]): Migrator =>
    new Migrator({ database: testDatabase.open(), migrations, pooler: "transaction" });

  it("migrates up and down", async () => {
    const [a, b] = [makes("a"), makes("b")];
    expect(await migrator(a, b).up()).toEqual(["m/a", "m/b"]);
    expect(await migrator(a, b).up()).toEqual([]);
    expect(await migrator(a, b).down({ steps: 2 })).toEqual(["m/b", "m/a"]);
    expect(await tables(testDatabase.open())).toEqual(["schema_migrations"]);
  });

  it("holds a lock that ends with its transaction", async () => {
    const results: unknown[] = [];
    const looks: Migration = {
      ...makes("a"),
      up: async ({ query }) => {
        const locks = "FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()";
        results.push(await query(`SELECT mode, granted ${locks}`));
        await query("SELECT pg_advisory_unlock_all()");
        results.push(await query(`SELECT mode, granted ${locks}`));
      },
    };
    await migrator(looks).up();
    const held = [{ mode: "ExclusiveLock", granted: true }];
    expect(results).toEqual([held, held]);
  });

  it("keeps what it applied before one that fails, and nothing of that one", async () => {
    const failing: Migration = {
      ...makes("b"),
      up: async ({ query }) => {
        await query("CREATE TABLE b (n int)");
        await query("SELECT 1 / 0");
      },
    };
    await expect(migrator(makes("a"), failing, makes("c")).up()).rejects.toThrow(
      MigrationFailedError,
    );
    expect(await tables(testDatabase.open())).toEqual(["a", "schema_migrations"]);
    expect(await migrator(makes("a"), makes("b"), makes("c")).up()).toEqual(["m/b", "m/c"]);
  });

  it("leaves nothing of the run when its connection dies", async () => {
    const dying: Migration = {
      ...makes("b"),
      up: async ({ query }) => {
        await query("SELECT pg_terminate_backend(pg_backend_pid())");
      },
    };
    await expect(migrator(makes("a"), dying).up()).rejects.toThrow(MigrationFailedError);
    expect(await tables(testDatabase.open())).toEqual([]);
    expect(await migrator(makes("a"), makes("b")).up()).toEqual(["m/a", "m/b"]);
  });
});
