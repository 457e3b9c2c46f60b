import { afterAll, beforeAll, expect, it } from "@jest/globals";
import type { Sequelize } from "sequelize-typescript";

import {
  Connections,
  type Migration,
  Migrator,
  type Place,
  PreparedStatement,
} from "../src/index.js";
import { tables, TestDatabase } from "./support/test-database.js";

const WHERE = new PreparedStatement("SELECT current_database()");

let primary: TestDatabase;
let replica: TestDatabase;
let database: Sequelize;

beforeAll(async () => {
  [primary, replica] = await Promise.all([TestDatabase.create(), TestDatabase.create()]);
  database = primary.openReplicated(replica);
});

afterAll(async () => {
  await primary.drop();
  await replica.drop();
});

const nameOf = ({ url }: TestDatabase): string => new URL(url).pathname.slice(1);

it.each<[Place | undefined, () => TestDatabase]>([
  [undefined, () => primary],
  ["own", () => primary],
  ["pool", () => primary],
  ["replica", () => replica],
])("a statement on %s goes where it should", async (on, expected) => {
  const connections = new Connections(database);
  expect(await WHERE.arrays(connections, [], on && { on })).toEqual([[nameOf(expected())]]);
});

it("a statement in a transaction goes to the transaction's connection, wherever it was to go", async () => {
  const connections = new Connections(database);
  await database.transaction(async (transaction) => {
    expect(await WHERE.arrays(connections, [], { on: "replica", transaction })).toEqual([
      [nameOf(primary)],
    ]);
  });
});

it("reads of replicas go to the pool where there are none", async () => {
  const connections = new Connections(primary.open({ applicationName: "x" }));
  expect(await WHERE.arrays(connections, [], { on: "replica" })).toEqual([[nameOf(primary)]]);
});

it("migrations and their status are the primary's", async () => {
  const makesNotes: Migration = {
    name: "m/notes",
    up: async ({ query }) => {
      await query("CREATE TABLE notes (n int)");
    },
    down: () => Promise.resolve(),
  };
  const migrator = new Migrator({ database, migrations: [makesNotes] });
  expect(await migrator.up()).toEqual(["m/notes"]);
  expect(await migrator.status()).toMatchObject([{ name: "m/notes", appliedAt: expect.any(Date) }]);
  expect(await tables(replica.open())).toEqual([]);
});
