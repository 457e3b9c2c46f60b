import { afterEach, describe, expect, it } from "@jest/globals";
import { Sequelize } from "sequelize";
import {
  Column,
  DataType,
  Model,
  Sequelize as DecoratedSequelize,
  Table,
} from "sequelize-typescript";

import { type Application, openApplication } from "../support/application.js";
import { sampleOf } from "../support/samples.js";

let application: Application<"integer">;

afterEach(() => application.close());

/** A URL's parts, as `replication` has them. */
function partsOf(url: string) {
  const { hostname, port, pathname, username, password } = new URL(url);
  return {
    host: hostname,
    port,
    database: pathname.slice(1),
    username,
    password: decodeURIComponent(password),
  };
}

/** Uses the store beside the application's own queries. The schema that its tables are in. */
async function useStore(): Promise<unknown> {
  const { database } = application;
  const { store } = await application.install();
  await database.query("INSERT INTO shop.accounts (number) VALUES (1)");
  const { images } = store.forUser(1);
  const { bytes } = await sampleOf("png");
  const file = await database.transaction(async (transaction) => {
    await database.query("UPDATE shop.accounts SET hidden = true", { transaction });
    const stored = await images.upload({ body: bytes, filename: "a.png" }, { transaction });
    return images.get(stored.file.id, { transaction });
  });
  expect(file).toMatchObject({ userId: 1, filename: "a.png" });
  expect((await images.list()).items).toEqual([file]);
  expect([...(await store.forApplication().images.getMany([file.id])).values()]).toEqual([file]);
  await images.delete(file.id);
  expect(await images.count()).toBe(0);
  expect(await application.select("SELECT caption FROM public.images")).toEqual([
    { caption: "mine" },
  ]);
  const [row] = await application.select(
    "SELECT schemaname FROM pg_tables WHERE tablename = 'pictures'",
  );
  return row?.["schemaname"];
}

describe("the store works with a Sequelize", () => {
  it("whose options change how it writes and reads its own statements", async () => {
    application = await openApplication("integer", {
      open: (url) =>
        new Sequelize(url, {
          logging: false,
          quoteIdentifiers: false,
          minifyAliases: true,
          omitNull: true,
          typeValidation: true,
          native: false,
          query: { raw: true, nest: true },
          timezone: "Asia/Tokyo",
        }),
    });
    expect(await useStore()).toBe("media");
  });

  it("of one connection, with limits on time", async () => {
    const limit = 30_000;
    application = await openApplication("integer", {
      open: (url) =>
        new Sequelize(url, {
          logging: false,
          pool: { max: 1 },
          dialectOptions: {
            application_name: "shop",
            statement_timeout: limit,
            query_timeout: limit,
            lock_timeout: limit,
            idle_in_transaction_session_timeout: limit,
          },
        }),
    });
    expect(await useStore()).toBe("media");
  });

  it("with replicas", async () => {
    application = await openApplication("integer", {
      open: (url) =>
        new Sequelize({
          dialect: "postgres",
          logging: false,
          replication: { write: partsOf(url), read: [partsOf(url)] },
        }),
    });
    expect(await useStore()).toBe("media");
  });

  it("whose hooks see every query", async () => {
    const seen: unknown[] = [];
    application = await openApplication("integer", {
      open: (url) => {
        const database = new Sequelize(url, { logging: false });
        database.addHook("beforeQuery", (options: object, query: object) => {
          seen.push(query.constructor.name, Object.isExtensible(options));
        });
        return database;
      },
    });
    expect(await useStore()).toBe("media");
    expect(new Set(seen)).toEqual(new Set(["Query", true]));
  });

  it("that sets the search path before each of its statements", async () => {
    application = await openApplication("integer", {
      open: (url) =>
        new Sequelize(url, {
          logging: false,
          // Not declared by Sequelize, and read by its `query`.
          ...({ searchPath: "shop" } as object),
          dialectOptions: { prependSearchPath: true },
        }),
    });
    expect(await useStore()).toBe("media");
  });

  it("whose connections have a search path from the URL", async () => {
    application = await openApplication("integer", {
      schema: null,
      open: (url) => {
        const options = encodeURIComponent("-c search_path=media,public");
        return new Sequelize(`${url}?options=${options}`, { logging: false });
      },
    });
    expect(await useStore()).toBe("media");
  });

  it("whose hook gives each connection a search path", async () => {
    application = await openApplication("integer", {
      schema: null,
      open: (url) => {
        const database = new Sequelize(url, { logging: false });
        database.addHook("afterConnect", async (connection: unknown) => {
          const client = connection as { query: (sql: string) => Promise<unknown> };
          await client.query("SET search_path = media, public");
        });
        return database;
      },
    });
    expect(await useStore()).toBe("media");
  });
});

@Table({ tableName: "images", timestamps: false })
class Image extends Model {
  @Column(DataType.TEXT)
  declare caption: string;
}

@Table({ tableName: "audio", timestamps: false })
class Audio extends Model {}

@Table({ tableName: "journal", timestamps: false })
class Journal extends Model {
  @Column(DataType.TEXT)
  declare entry: string;
}

describe("an application of sequelize-typescript", () => {
  it("keeps its own models and tables of the same names", async () => {
    const database = (url: string) =>
      new DecoratedSequelize(url, { logging: false, models: [Image, Audio, Journal] });
    application = await openApplication("integer", { open: database });
    await Journal.sync();
    expect(await useStore()).toBe("media");
    expect(application.database.models).toEqual({ Image, Audio, Journal });
    await Journal.create({ entry: "ours" });
    expect(await Image.findOne()).toMatchObject({ caption: "mine" });
    expect(await Audio.count()).toBe(0);
    expect(await Journal.findAll({ raw: true })).toEqual([{ id: 1, entry: "ours" }]);
  });
});
