import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import type { Sequelize } from "sequelize-typescript";

import { Connections, PreparedStatement } from "../src/index.js";
import { TestDatabase } from "./support/test-database.js";

const PID = new PreparedStatement("SELECT pg_backend_pid()");
const SLEEPING_PID = new PreparedStatement("SELECT pg_backend_pid(), pg_sleep(0.2)");
const WRITE = new PreparedStatement("INSERT INTO notes VALUES (1)");
const BECOME_READ_ONLY = new PreparedStatement("SET default_transaction_read_only = on");

/** A statement that fails with this SQLSTATE. */
function failing(sqlstate: string): PreparedStatement {
  return new PreparedStatement(`DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '${sqlstate}'; END $$`);
}

let testDatabase: TestDatabase;
let database: Sequelize;
let connections: Connections;

beforeAll(async () => {
  testDatabase = await TestDatabase.create();
  await testDatabase.open().query("CREATE TABLE notes (id int)");
});

beforeEach(() => {
  database = testDatabase.open({ pool: { max: 1 } });
  connections = new Connections(database, { own: 1 });
});

afterAll(() => testDatabase.drop());

describe.each(["own", "pool", "replica"] as const)("a connection of %s", (on) => {
  it("that finds its server read-only fails once and is replaced", async () => {
    await BECOME_READ_ONLY.execute(connections, [], { on });
    await expect(WRITE.execute(connections, [], { on })).rejects.toMatchObject({
      parent: { code: "25006" },
    });
    expect(await WRITE.execute(connections, [], { on })).toBe(1);
  });

  it.each(["08006", "08P01", "57P01", "57P02", "57P03", "25006"])(
    "is replaced after a failure with SQLSTATE %s",
    async (sqlstate) => {
      const before = await PID.arrays(connections, [], { on });
      await expect(failing(sqlstate).execute(connections, [], { on })).rejects.toMatchObject({
        parent: { code: sqlstate },
      });
      expect(await PID.arrays(connections, [], { on })).not.toEqual(before);
    },
  );

  it.each(["22012", "40001", "57014"])("stays after one with SQLSTATE %s", async (sqlstate) => {
    const before = await PID.arrays(connections, [], { on });
    await expect(failing(sqlstate).execute(connections, [], { on })).rejects.toThrow();
    expect(await PID.arrays(connections, [], { on })).toEqual(before);
  });
});

describe("all connections to a server that has become read-only", () => {
  const two = (connections: Connections) =>
    Promise.all(
      [1, 2].map(() => SLEEPING_PID.arrays<[number]>(connections, [], { on: "pool" })),
    ).then((rows) => rows.flatMap(([row]) => row?.[0]));

  it.each([false, true])(
    "are replaced when a write beside the pool fails, with replicas: %s",
    async (withReplicas) => {
      const pooled = withReplicas
        ? testDatabase.openReplicated()
        : testDatabase.open({ pool: { max: 2 } });
      const theirs = new Connections(pooled, { own: 1 });
      const before = await two(theirs);
      await BECOME_READ_ONLY.execute(theirs, []);
      await expect(WRITE.execute(theirs, [])).rejects.toThrow();
      for (const pid of await two(theirs)) expect(before).not.toContain(pid);
    },
  );

  it("serve out the transactions that they are lent for", async () => {
    const transaction = await database.transaction();
    const before = await PID.arrays(connections, [], { transaction });
    await BECOME_READ_ONLY.execute(connections, []);
    await expect(WRITE.execute(connections, [])).rejects.toThrow();
    expect(await PID.arrays(connections, [], { transaction })).toEqual(before);
    await transaction.commit();
    expect(await PID.arrays(connections, [], { on: "pool" })).not.toEqual(before);
  });
});

describe("the connection of a caller's transaction", () => {
  /** Whether the pool has another connection after a statement failed in a transaction. */
  async function isReplaced(
    failure: PreparedStatement,
    options: { readOnly?: boolean; first?: PreparedStatement } = {},
  ): Promise<boolean> {
    const { readOnly = false, first } = options;
    const before = await PID.arrays(connections, [], { on: "pool" });
    const transaction = await database.transaction({ readOnly });
    try {
      await first?.execute(connections, [], { transaction });
      await expect(failure.execute(connections, [], { transaction })).rejects.toThrow();
    } finally {
      await transaction.rollback();
    }
    const after = await PID.arrays(connections, [], { on: "pool" });
    return before[0]?.[0] !== after[0]?.[0];
  }

  it.each(["25006", "57P01"])("is replaced after its end when it failed with %s", async (code) => {
    expect(await isReplaced(failing(code))).toBe(true);
  });

  it("is replaced after its end when it finds its server read-only", async () => {
    await BECOME_READ_ONLY.execute(connections, [], { on: "pool" });
    expect(await isReplaced(WRITE)).toBe(true);
  });

  it("stays when the application declared the transaction read only", async () => {
    const first = new PreparedStatement("SET TRANSACTION READ ONLY");
    expect(await isReplaced(WRITE, { readOnly: true, first })).toBe(false);
  });

  it("stays after any other failure", async () => {
    expect(await isReplaced(failing("22012"))).toBe(false);
  });
});
