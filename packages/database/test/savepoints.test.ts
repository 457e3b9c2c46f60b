import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import type { Sequelize } from "sequelize-typescript";

import { Connections, PreparedStatement } from "../src/index.js";
import { TestDatabase } from "./support/test-database.js";

const ADD = new PreparedStatement<[note: string]>("INSERT INTO notes VALUES ($1)");

let testDatabase: TestDatabase;
let database: Sequelize;
let connections: Connections;

beforeAll(async () => {
  testDatabase = await TestDatabase.create();
  database = testDatabase.open();
  connections = new Connections(database);
  await database.query("CREATE TABLE notes (note text PRIMARY KEY)");
});

beforeEach(() => database.query("TRUNCATE notes"));

afterAll(() => testDatabase.drop());

async function notes(): Promise<string[]> {
  const [rows] = await database.query("SELECT note FROM notes ORDER BY note");
  return (rows as { note: string }[]).map(({ note }) => note);
}

describe("a statement in a savepoint", () => {
  it("takes part in the transaction, which goes on where it fails", async () => {
    const transaction = await database.transaction();
    const inSavepoint = { transaction, inSavepoint: true };
    expect(await ADD.execute(connections, ["a"], inSavepoint)).toBe(1);
    await expect(ADD.execute(connections, ["a"], inSavepoint)).rejects.toThrow();
    expect(await ADD.execute(connections, ["b"], { transaction })).toBe(1);
    await transaction.commit();
    expect(await notes()).toEqual(["a", "b"]);
  });

  it("undoes nothing of what other code of the transaction does at the same time", async () => {
    const transaction = await database.transaction();
    const inSavepoint = { transaction, inSavepoint: true };
    await ADD.execute(connections, ["0"], { transaction });
    const add = (note: string) =>
      database.query(`INSERT INTO notes VALUES ('${note}')`, { transaction });
    const outcomes = await Promise.allSettled([
      ADD.execute(connections, ["0"], inSavepoint),
      add("1"),
      ADD.execute(connections, ["2"], inSavepoint),
      ADD.execute(connections, ["0"], inSavepoint),
      ADD.execute(connections, ["3"], { transaction }),
      database.query("SELECT 1", { transaction }).then(() => add("4")),
    ]);
    await transaction.commit();
    expect(outcomes.map(({ status }) => status)).toEqual([
      ...(["rejected", "fulfilled", "fulfilled", "rejected", "fulfilled", "fulfilled"] as const),
    ]);
    expect(await notes()).toEqual(["0", "1", "2", "3", "4"]);
  });

  it("may run hooks that run statements of the transaction", async () => {
    const hooked = testDatabase.open();
    const transaction = await hooked.transaction();
    let isInHook = false;
    hooked.addHook("beforeQuery", async () => {
      if (isInHook) return;
      isInHook = true;
      await hooked.query("SELECT 1", { transaction });
      isInHook = false;
    });
    await ADD.execute(new Connections(hooked), ["a"], { transaction, inSavepoint: true });
    isInHook = true;
    await transaction.commit();
    expect(await notes()).toEqual(["a"]);
  });

  it("is refused, once it is its turn, where the transaction has ended", async () => {
    const transaction = await database.transaction();
    const inSavepoint = { transaction, inSavepoint: true };
    await transaction.commit();
    await expect(ADD.execute(connections, ["a"], inSavepoint)).rejects.toThrow(/commit/);
    expect(await ADD.execute(connections, ["a"])).toBe(1);
  });
});
