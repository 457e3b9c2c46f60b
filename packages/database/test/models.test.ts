import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { QueryTypes } from "sequelize";
import type { Sequelize } from "sequelize-typescript";

import { databaseMigrations, Migrator, User } from "../src/index.js";
import { TestDatabase } from "./support/test-database.js";

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

let testDatabase: TestDatabase;
let database: Sequelize;

beforeAll(async () => {
  testDatabase = await TestDatabase.create();
  database = testDatabase.open();
  database.addModels([User]);
  await new Migrator({ database, migrations: databaseMigrations }).up();
});

afterAll(() => testDatabase.drop());

describe("BaseModel", () => {
  it("gives ids that sort by creation, in the application and in the database", async () => {
    const emails = Array.from({ length: 500 }, (_, index) => `sorted-${index}@example.org`);
    const users = await User.bulkCreate(emails.map((email) => ({ email })));
    const ids = users.map(({ id }) => id);
    expect(ids.every((id) => UUID_V7.test(id))).toBe(true);
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);

    const stored = await User.findAll({ where: { id: ids }, order: [["id", "ASC"]] });
    expect(stored.map(({ email }) => email)).toEqual(emails);
  });

  it("knows the id before anything is stored", () => {
    expect(User.build({ email: "early@example.org" }).id).toMatch(UUID_V7);
  });

  it("keeps the time of creation and moves the time of the last change", async () => {
    const user = await User.create({ email: "before@example.org" });
    const created = user.createdAt;
    expect(user.updatedAt).toEqual(created);
    await database.query("UPDATE users SET updated_at = updated_at - interval '1 day'");
    await user.reload();
    const changed = user.updatedAt;
    await user.update({ email: "after@example.org" });
    await user.reload();
    expect(user.createdAt).toEqual(created);
    expect(user.updatedAt.getTime()).toBeGreaterThan(changed.getTime());
  });

  it("maps exactly the columns of the table", async () => {
    const columns = await database.query<{ name: string; type: string }>(
      `SELECT column_name AS name, udt_name AS type FROM information_schema.columns
       WHERE table_name = 'users'`,
      { type: QueryTypes.SELECT },
    );
    expect(Object.fromEntries(columns.map(({ name, type }) => [name, type]))).toEqual({
      id: "uuid",
      email: "text",
      created_at: "timestamptz",
      updated_at: "timestamptz",
    });
    const mapped = Object.values(User.getAttributes()).map(({ field }) => field);
    expect(mapped.sort()).toEqual(columns.map(({ name }) => name).sort());
  });
});

describe("User", () => {
  it("has an email that nobody else has, whatever the case", async () => {
    const first = await User.create({ email: "Ada@Example.org" });
    await expect(User.create({ email: "ada@example.ORG" })).rejects.toMatchObject({
      name: "SequelizeUniqueConstraintError",
    });
    await first.reload();
    expect(first.email).toBe("Ada@Example.org");
  });

  it.each([
    ["users_email_not_blank", ""],
    ["users_email_not_blank", " \t "],
    ["users_email_length", `${"x".repeat(243)}@example.org`],
  ])("is refused by %s for the email %j", async (constraint, email) => {
    await expect(User.create({ email })).rejects.toMatchObject({ parent: { constraint } });
  });
});
