import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import pg from "pg";
import type { InferAttributes } from "sequelize";
import { Column, DataType, Model, PrimaryKey, type Sequelize, Table } from "sequelize-typescript";

import {
  Connections,
  databaseMigrations,
  Migrator,
  ModelColumns,
  PreparedStatement,
} from "../src/index.js";
import { TestDatabase } from "./support/test-database.js";

@Table({ tableName: "readings", timestamps: false })
class Reading extends Model<InferAttributes<Reading>> {
  @PrimaryKey
  @Column(DataType.INTEGER)
  declare id: number;

  @Column(DataType.DATE)
  declare at: Date | null;

  @Column(DataType.DOUBLE)
  declare value: number | null;
}

const AT = new Date("2024-02-03T12:34:56.789Z");
const BYTES = Buffer.from([0, 1, 31, 32, 39, 65, 92, 92, 48, 126, 127, 128, 255]);
const STRINGS = ["plain", "", "NULL", 'a "quoted\\" one', "a,b", "{c}", "two\nlines", null];
const UUID = "0190163d-8694-739b-aea5-966c26f8ad91";

const COLUMNS = new PreparedStatement<[at: Date, bytes: Buffer, strings: typeof STRINGS]>(`
  SELECT to_json($1::timestamptz) AS at, $1::timestamptz = '2024-02-03 12:34:56.789+00' AS same,
    $2::bytea AS bytes, $3::text[] AS strings, '{}'::text[] AS none, ARRAY['${UUID}'::uuid] AS ids,
    32767::int2 AS small, -2147483648 AS int, 9007199254740993 AS big, 1.10 AS decimal,
    0.5::float4 AS real, 0.5::float8 AS double, true AS yes, false AS no, NULL::int AS nothing,
    'text' AS text, '${UUID}'::uuid AS id, '{"a": [1]}'::jsonb AS facts, '[{}]'::json AS more
`);
const EXPECTED = {
  same: true,
  bytes: BYTES,
  strings: STRINGS,
  none: [],
  ids: [UUID],
  small: 32767,
  int: -2147483648,
  big: "9007199254740993",
  decimal: "1.10",
  real: 0.5,
  double: 0.5,
  yes: true,
  no: false,
  nothing: null,
  text: "text",
  id: UUID,
  facts: { a: [1] },
  more: [{}],
};

const SETTINGS = [
  "SET datestyle = 'ISO, MDY'",
  "SET datestyle = 'SQL, DMY'",
  "SET datestyle = 'German'; SET TIME ZONE 'Asia/Kathmandu'",
  "SET datestyle = 'Postgres, MDY'; SET TIME ZONE 'America/St_Johns'",
  "SET intervalstyle = 'iso_8601'",
  "SET bytea_output = 'escape'",
  "SET extra_float_digits = 0",
  "SET extra_float_digits = -15; SET bytea_output = 'escape'; SET datestyle = 'SQL'",
];

let testDatabase: TestDatabase;

beforeAll(async () => {
  testDatabase = await TestDatabase.create();
  const database = testDatabase.open();
  database.addModels([Reading]);
  await Reading.sync();
  await Reading.bulkCreate([
    { id: 1, at: AT, value: 0.1 + 0.2 },
    { id: 2, at: new Date("1969-07-20T20:17:40.001Z"), value: -1e300 / 3 },
    { id: 3, at: null, value: null },
  ]);
  await new Migrator({ database, migrations: databaseMigrations }).up();
});

afterAll(() => testDatabase.drop());

/** A pool whose connections all have these settings. */
function openWith(settings: string): Sequelize {
  const database = testDatabase.open();
  database.addHook("afterConnect", (connection: unknown) =>
    (connection as pg.Client).query(settings).then(() => undefined),
  );
  return database;
}

async function columnsOf(database: Sequelize): Promise<unknown> {
  const connections = new Connections(database);
  const [row] = await COLUMNS.rows<{ at: string }>(connections, [AT, BYTES, STRINGS]);
  const { at, ...others } = row ?? { at: "" };
  return { ...others, at: new Date(at) };
}

async function readingsOf(database: Sequelize): Promise<unknown[]> {
  database.addModels([Reading]);
  const columns = new ModelColumns(Reading);
  const list = new PreparedStatement(`SELECT ${columns.list()} FROM readings ORDER BY id`);
  const rows = await list.arrays(new Connections(database), []);
  return columns.instances(rows).map((reading) => reading.get());
}

async function expectTheSame(database: Sequelize): Promise<void> {
  expect(await columnsOf(database)).toEqual({ ...EXPECTED, at: AT });
  expect(await readingsOf(database)).toEqual([
    { id: 1, at: AT, value: 0.1 + 0.2 },
    { id: 2, at: new Date("1969-07-20T20:17:40.001Z"), value: -1e300 / 3 },
    { id: 3, at: null, value: null },
  ]);
  const [status] = await new Migrator({ database, migrations: databaseMigrations }).status();
  expect(Math.abs(Number(status?.appliedAt) - Date.now())).toBeLessThan(3_600_000);
}

describe("what statements give and take", () => {
  it.each(SETTINGS)("is the same with %s", async (settings) => {
    await expectTheSame(openWith(settings));
  });

  it("is the same in a caller's transaction and on the pool", async () => {
    const database = openWith("SET datestyle = 'SQL, DMY'; SET bytea_output = 'escape'");
    const connections = new Connections(database);
    const expected = [{ ...EXPECTED, at: expect.any(String) }];
    const transaction = await database.transaction();
    expect(await COLUMNS.rows(connections, [AT, BYTES, STRINGS], { transaction })).toEqual(
      expected,
    );
    await transaction.rollback();
    expect(await COLUMNS.rows(connections, [AT, BYTES, STRINGS], { on: "pool" })).toEqual(expected);
  });

  it.each(["date", "timestamp", "timestamptz", "interval"])(
    "is refused where it depends on a setting: a bare %s",
    async (type) => {
      const connections = new Connections(testDatabase.open(), { own: 1 });
      const value = type === "interval" ? "1 day" : "2024-02-29";
      const bare = new PreparedStatement(`SELECT '${value}'::${type}, NULL::${type}`);
      await expect(bare.rows(connections, [])).rejects.toThrow(`a bare ${type}`);
      expect(await new PreparedStatement("SELECT 1").arrays(connections, [])).toEqual([[1]]);
    },
  );
});

describe("an application's parsers for all of node-postgres", () => {
  const types = Object.values(pg.types.builtins);
  const before = types.map(
    (type) => [type, pg.types.getTypeParser(type) as () => unknown] as const,
  );

  afterEach(() => {
    for (const [type, parser] of before) pg.types.setTypeParser(type, parser);
  });

  it("change nothing of it", async () => {
    for (const type of types) pg.types.setTypeParser(type, () => "spoilt");
    const database = testDatabase.open();
    expect(await columnsOf(database)).toEqual({ ...EXPECTED, at: AT });
    expect(await readingsOf(database)).toMatchObject([{ at: AT, value: 0.1 + 0.2 }, {}, {}]);
  });
});
