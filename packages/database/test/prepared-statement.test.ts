import { createHash } from "node:crypto";

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import {
  ConnectionRefusedError,
  DatabaseError,
  ForeignKeyConstraintError,
  UniqueConstraintError,
} from "sequelize";
import type { Sequelize } from "sequelize-typescript";

import { Connections, createDatabase, PreparedStatement } from "../src/index.js";
import { TestDatabase } from "./support/test-database.js";

const INSERT = new PreparedStatement<[id: number, text: string | null, parent: number | null]>(
  "INSERT INTO notes (id, text, parent) VALUES ($1, $2, $3)",
);
const BY_ID = new PreparedStatement<[id: number]>(
  "SELECT id, text, to_json(made) AS made, bytes, facts, big FROM notes WHERE id = $1",
);
const TEXTS = new PreparedStatement("SELECT text FROM notes ORDER BY id");
const NAME_OF_TEXTS = createHash("sha256").update(TEXTS.text).digest("base64url");
const PREPARED = new PreparedStatement<[text: string]>(
  "SELECT count(*)::int FROM pg_prepared_statements WHERE statement = $1",
);

let testDatabase: TestDatabase;
let database: Sequelize;
let connections: Connections;

beforeAll(async () => {
  testDatabase = await TestDatabase.create();
});

beforeEach(async () => {
  database = testDatabase.open({ pool: { max: 1 } });
  connections = new Connections(database, { own: 1 });
  await database.query(`
    DROP TABLE IF EXISTS notes;
    CREATE TABLE notes (
      id integer PRIMARY KEY,
      text text,
      parent integer REFERENCES notes (id),
      made timestamptz NOT NULL DEFAULT '2024-02-29T12:00:00.5Z',
      bytes bytea NOT NULL DEFAULT '\\x0102',
      facts jsonb NOT NULL DEFAULT '{"a": 1}',
      big bigint NOT NULL DEFAULT 9007199254740993
    )
  `);
});

afterAll(() => testDatabase.drop());

function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

/** What tells a failure apart, the place where it was caught aside. */
function facts(error: unknown): object {
  const { name, message, sql } = error as Error & { sql?: string };
  return { class: (error as object).constructor, name, message, sql };
}

describe("a prepared statement", () => {
  it("gives rows as objects, as arrays or as a count, with types of its own", async () => {
    expect(await INSERT.execute(connections, [1, "one", null])).toBe(1);
    const values = {
      id: 1,
      text: "one",
      made: "2024-02-29T12:00:00.5+00:00",
      bytes: Buffer.of(1, 2),
      facts: { a: 1 },
      big: "9007199254740993",
    };
    expect(await BY_ID.rows(connections, [1])).toEqual([values]);
    expect(await BY_ID.arrays(connections, [1])).toEqual([Object.values(values)]);
    expect(await BY_ID.arrays(connections, [2])).toEqual([]);
  });

  it("is parsed once per connection", async () => {
    for (let id = 1; id <= 3; id += 1) await BY_ID.arrays(connections, [id]);
    expect(await PREPARED.arrays(connections, [BY_ID.text])).toEqual([[1]]);
  });

  it("is not kept where it is to be planned each time", async () => {
    const text = "SELECT id FROM notes WHERE id = $1";
    const statement = new PreparedStatement<[id: number]>(text, { plan: "each time" });
    expect(await statement.arrays(connections, [1])).toEqual([]);
    expect(await PREPARED.arrays(connections, [text])).toEqual([[0]]);
  });

  it("takes the caller's transaction, and neither commits nor rolls it back", async () => {
    const transaction = await database.transaction();
    await INSERT.execute(connections, [1, "one", null], { transaction });
    expect(await TEXTS.arrays(connections, [], { transaction })).toEqual([["one"]]);
    await transaction.rollback();
    expect(await TEXTS.arrays(connections, [])).toEqual([]);
    await expect(TEXTS.arrays(connections, [], { transaction })).rejects.toMatchObject({
      message: expect.stringContaining("rollback has been called on this transaction"),
      sql: TEXTS.text,
    });
  });

  it.each<[string, string, new (...parameters: never[]) => Error]>([
    ["a unique constraint", "INSERT INTO notes (id) VALUES (1)", UniqueConstraintError],
    ["a foreign key", "INSERT INTO notes (id, parent) VALUES (2, 9)", ForeignKeyConstraintError],
    ["a check of the server", "SELECT 1 / (id - 1) FROM notes", DatabaseError],
    ["a syntax error", "SELEKT 1", DatabaseError],
  ])("fails as Sequelize's own queries do: %s", async (_name, text, expected) => {
    await INSERT.execute(connections, [1, null, null]);
    const failure = await failureOf(new PreparedStatement(text).rows(connections, []));
    expect(failure).toBeInstanceOf(expected);
    expect(facts(failure)).toEqual(facts(await failureOf(database.query(text))));
    expect(await TEXTS.arrays(connections, [])).toEqual([[null]]);
  });

  it("fails as Sequelize's own queries do: a server that is not there", async () => {
    const nowhere = createDatabase({ url: "postgresql://a:b@127.0.0.1:1/c" });
    await expect(TEXTS.rows(new Connections(nowhere), [])).rejects.toBeInstanceOf(
      ConnectionRefusedError,
    );
    await nowhere.close();
  });

  it("fails on a value that PostgreSQL cannot hold, and stores nothing", async () => {
    await expect(INSERT.execute(connections, [1, "a\0b", null])).rejects.toMatchObject({
      parent: { code: "22021" },
    });
    expect(await TEXTS.arrays(connections, [])).toEqual([]);
  });

  it("is logged and runs the hooks, once each, without its values", async () => {
    const lines: unknown[] = [];
    const seen: string[] = [];
    const logged = testDatabase.open({
      logging: (sql, durationMs) => lines.push([sql, durationMs]),
    });
    logged.addHook("beforeQuery", () => void seen.push("before"));
    logged.addHook("afterQuery", () => void seen.push("after"));
    await INSERT.execute(new Connections(logged), [1, "s3cret", null]);
    expect(lines).toEqual([[`Executed (default): ${INSERT.text}`, expect.any(Number)]]);
    expect(seen).toEqual(["before", "after"]);
  });

  it("frees its connection, also when it fails", async () => {
    const failing = new PreparedStatement("SELECT 1 / 0");
    for (let turn = 0; turn < 3; turn += 1) {
      await expect(failing.rows(connections, [])).rejects.toBeInstanceOf(DatabaseError);
    }
    await Promise.all(Array.from({ length: 5 }, () => TEXTS.arrays(connections, [])));
  });

  it.each([
    ["its columns get another type", "ALTER TABLE notes ALTER COLUMN text TYPE varchar(9)"],
    ["its connection forgets it", "DEALLOCATE ALL"],
    ["its connection forgets everything", "DISCARD ALL"],
    ["its connection has it of another", `PREPARE "${NAME_OF_TEXTS}" AS SELECT 1`],
  ])("survives that %s", async (_name, change) => {
    await INSERT.execute(connections, [1, "one", null]);
    if (!change.startsWith("PREPARE")) await TEXTS.arrays(connections, []);
    await new PreparedStatement(change, { plan: "each time" }).execute(connections, []);
    expect(await TEXTS.arrays(connections, [])).toEqual([["one"]]);
    expect(await TEXTS.arrays(connections, [])).toEqual([["one"]]);
    expect(await PREPARED.arrays(connections, [TEXTS.text])).toEqual([[1]]);
  });

  it.each([
    "ALTER TABLE notes ALTER COLUMN text TYPE varchar(9)",
    "DEALLOCATE ALL",
    "DISCARD PLANS",
  ])(
    "loses nothing in a transaction of the caller's to %s, as it has no name there",
    async (change) => {
      await INSERT.execute(connections, [1, "one", null]);
      await TEXTS.arrays(connections, [], { on: "pool" });
      const transaction = await database.transaction();
      await TEXTS.arrays(connections, [], { transaction });
      await database.query(change, { transaction });
      expect(await TEXTS.arrays(connections, [], { transaction })).toEqual([["one"]]);
      await transaction.rollback();
    },
  );

  it.each(["own", "pool"] as const)(
    "has no name behind a pooler without session state, on %s",
    async (on) => {
      const pooled = new Connections(database, { own: 1, pooler: "transaction" });
      for (let id = 1; id <= 2; id += 1) await BY_ID.arrays(pooled, [id], { on });
      const names = "SELECT count(*)::int FROM pg_prepared_statements";
      expect(await new PreparedStatement(names).arrays(pooled, [], { on })).toEqual([[0]]);
    },
  );
});
