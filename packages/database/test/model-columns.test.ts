import { afterAll, beforeAll, expect, it } from "@jest/globals";
import type { Sequelize } from "sequelize-typescript";

import {
  Connections,
  databaseMigrations,
  Migrator,
  ModelColumns,
  PreparedStatement,
  User,
} from "../src/index.js";
import { TestDatabase } from "./support/test-database.js";

let testDatabase: TestDatabase;
let database: Sequelize;

beforeAll(async () => {
  testDatabase = await TestDatabase.create();
  database = testDatabase.open();
  database.addModels([User]);
  await new Migrator({ database, migrations: databaseMigrations }).up();
  await User.create({ email: "ada@example.org" });
});

afterAll(() => testDatabase.drop());

it("makes the instances that findAll gives", async () => {
  const columns = new ModelColumns(User);
  const statement = new PreparedStatement(`SELECT ${columns.list("users")} FROM users`);
  const instances = columns.instances(await statement.arrays(new Connections(database), []));
  const found = await User.findAll();
  expect(instances).toHaveLength(1);
  expect(instances[0]).toBeInstanceOf(User);
  expect(instances.map((user) => user.get())).toEqual(found.map((user) => user.get()));
  expect(instances[0]?.isNewRecord).toBe(false);
  expect(instances[0]?.changed()).toBe(false);
  expect(instances[0]?.previous("email")).toBe("ada@example.org");
});

it("makes instances that save what changes in them", async () => {
  const columns = new ModelColumns(User);
  const statement = new PreparedStatement(`SELECT ${columns.list()} FROM users`);
  const [user] = columns.instances(await statement.arrays(new Connections(database), []));
  await user?.update({ email: "lovelace@example.org" });
  expect((await User.findAll()).map(({ email }) => email)).toEqual(["lovelace@example.org"]);
});

it("lists the columns of the attributes that are asked for", () => {
  const columns = new ModelColumns(User, ["createdAt", "id"]);
  expect(columns.list()).toBe('to_json("created_at") AS "created_at", "id"');
  expect(columns.list("u")).toBe('to_json("u"."created_at") AS "created_at", "u"."id"');
  expect(columns.instance(["1970-01-01T00:00:00+00:00", "x", "ignored"]).get()).toEqual({
    createdAt: new Date(0),
    id: "x",
  });
  expect(() => new ModelColumns(User, ["nothing"])).toThrow(/User has no attribute nothing/);
});
