import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";

import * as own from "../src/index.js";
import { TestDatabase } from "./support/test-database.js";

let other: typeof own;
let testDatabase: TestDatabase;

beforeAll(async () => {
  testDatabase = await TestDatabase.create();
  jest.resetModules();
  other = await import("../src/index.js");
});

afterAll(() => testDatabase.drop());

describe("a second copy of the package in the process", () => {
  it("is another copy", () => {
    expect(other.PreparedStatement).not.toBe(own.PreparedStatement);
  });

  it("shares the connections beside the pool", async () => {
    const database = testDatabase.open();
    const text = "SELECT pg_backend_pid(), pg_sleep(0.1)";
    const rows = await Promise.all(
      [own, other, own, other].map(({ Connections, PreparedStatement }) =>
        new PreparedStatement(text).arrays(new Connections(database), []),
      ),
    );
    expect(new Set(rows.flat().map(([pid]) => pid)).size).toBe(2);
  });

  it("knows the pooler of a database that the first has made", () => {
    const database = testDatabase.open({ pooler: "transaction" });
    expect(new other.Connections(database).pooler).toBe("transaction");
  });

  it("recognises the errors of the first, class by class", () => {
    const error = new other.DuplicateMigrationError("module/0001");
    expect(error).toBeInstanceOf(own.DuplicateMigrationError);
    expect(error).toBeInstanceOf(own.DatabaseSetupError);
    expect(error).not.toBeInstanceOf(own.MigrationNotFoundError);
    for (const value of [new Error("of another"), null, undefined, "text"]) {
      expect(value instanceof own.DatabaseSetupError).toBe(false);
    }
  });
});
