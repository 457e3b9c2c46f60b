import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { objectStoreMigrations, sequelizeMigration } from "../../src/migrations.js";
import { type Application, openApplication } from "../support/application.js";

type Migration = Parameters<typeof sequelizeMigration>[0][number];

let application: Application<"integer">;

beforeAll(async () => {
  application = await openApplication("integer");
});

afterAll(() => application.close());

/** Refers to a table, so that it must run after the migration of that, and go before. */
function migrationOf(name: string, referred = "accounts (number)"): Migration {
  return {
    name: `shop/${name}`,
    up: async ({ query }) => {
      await query(`CREATE TABLE shop.${name} (id integer PRIMARY KEY REFERENCES shop.${referred})`);
    },
    down: async ({ query }) => {
      await query(`DROP TABLE shop.${name}`);
    },
  };
}

const LIST = [migrationOf("a"), migrationOf("b", "a (id)"), migrationOf("c", "b (id)")];

async function tables(): Promise<unknown[]> {
  const rows = await application.select(
    "SELECT tablename FROM pg_tables WHERE schemaname = 'shop' ORDER BY tablename",
  );
  return rows.map(({ tablename }) => tablename);
}

describe("sequelizeMigration", () => {
  it("runs a range in order up, and in the opposite order down", async () => {
    const queryInterface = application.database.getQueryInterface();
    const migration = sequelizeMigration(LIST, { from: "shop/a", to: "shop/b" });
    await migration.up(queryInterface);
    expect(await tables()).toEqual(["a", "accounts", "b"]);
    await migration.down(queryInterface);
    expect(await tables()).toEqual(["accounts"]);
  });

  it("leaves nothing of a range that fails", async () => {
    const queryInterface = application.database.getQueryInterface();
    const list = [migrationOf("a"), migrationOf("b", "missing (id)")];
    const migration = sequelizeMigration(list, { from: "shop/a", to: "shop/b" });
    await expect(migration.up(queryInterface)).rejects.toThrow(/"shop.missing" does not exist/);
    expect(await tables()).toEqual(["accounts"]);
  });

  it("fails when a table stays locked, and leaves nothing", async () => {
    const { database } = application;
    const lock = await database.transaction();
    await database.query("LOCK TABLE shop.accounts", { transaction: lock });
    const migration = sequelizeMigration(LIST, { from: "shop/a", to: "shop/a" });
    await expect(migration.up(database.getQueryInterface())).rejects.toMatchObject({
      parent: { code: "55P03" },
    });
    await lock.rollback();
    expect(await tables()).toEqual(["accounts"]);
  });

  it("gives a migration the rows of its last statement", async () => {
    const seen: unknown[] = [];
    const up: Migration["up"] = async ({ query }) => {
      seen.push(await query("SELECT 1 AS one; SELECT 2 AS two"));
      seen.push(await query("SELECT $1::integer AS given", [3]));
      const insert = "INSERT INTO shop.accounts (number) VALUES (1), (2) RETURNING number";
      seen.push(await query(insert));
      seen.push(await query("DELETE FROM shop.accounts RETURNING number"));
      seen.push(await query("COMMENT ON TABLE shop.accounts IS 'people'"));
    };
    const migration = { name: "shop/a", up, down: up };
    const queryInterface = application.database.getQueryInterface();
    await sequelizeMigration([migration], { from: "shop/a", to: "shop/a" }).up(queryInterface);
    const both = [{ number: 1 }, { number: 2 }];
    expect(seen).toEqual([[{ two: 2 }], [{ given: 3 }], both, both, []]);
  });

  it.each([
    [{ from: "shop/none", to: "shop/b" }, /^from must be the name .* is shop\/c, and another str/],
    [{ from: "shop/a", to: 7 }, /^to must be the name of a migration in the list.* and 7 came/],
    [{ from: "shop/a" }, /^to must be .* undefined came/],
    [{ from: "shop/b", to: "shop/a" }, /from must not come after to/],
    [undefined, /from must be/],
  ])("refuses a range that the list has not: %j", (range, message) => {
    const make = () => sequelizeMigration(LIST, range as { from: string; to: string });
    expect(make).toThrow(message);
    expect(make).toThrow(expect.objectContaining({ code: "invalid_input" }));
  });

  it("makes one of all migrations of the module", async () => {
    const { database, layout } = application;
    const list = objectStoreMigrations(layout);
    const migration = sequelizeMigration(list, {
      from: "object-store/0001-create-images",
      to: String(list.at(-1)?.name),
    });
    await migration.up(database.getQueryInterface());
    const made = "SELECT tablename FROM pg_tables WHERE schemaname = 'media'";
    expect(await application.select(made)).toHaveLength(9);
    await migration.down(database.getQueryInterface());
    expect(await application.select(made)).toEqual([]);
  });
});
