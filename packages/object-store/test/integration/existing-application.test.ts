import { randomUUID } from "node:crypto";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { DataTypes } from "sequelize";

import {
  type ImageRead,
  type MediaScope,
  objectStoreProvider,
  type ObjectStoreProvider,
  type OwnerIds,
  type OwnerType,
} from "../../src/index.js";
import { objectStoreMaintenance, type ObjectStoreMaintenance } from "../../src/maintenance.js";
import { objectStoreMigrations } from "../../src/migrations.js";
import { memoryObjectStore } from "../../src/testing.js";
import { type Application, openApplication } from "../support/application.js";
import { sendPut } from "../support/direct-http.js";
import { sampleOf } from "../support/samples.js";
import { poolerOf } from "../support/services.js";
import { storageWith } from "../support/storage-with.js";

interface Owners<Type extends OwnerType> {
  type: Type;
  /** Two that an SQL statement can write, and a third that is not in the table. */
  ann: OwnerIds[Type];
  bob: OwnerIds[Type];
  nobody: OwnerIds[Type];
  /** How keys name the first. */
  segment: string;
  /** What is no id of the type. */
  wrong: unknown[];
}

const INTEGERS: Owners<"integer"> = {
  type: "integer",
  ann: 7,
  bob: -2_147_483_648,
  nobody: 8,
  segment: "7",
  wrong: ["7", 1.5, 2_147_483_648, Number.NaN, 7n, null, undefined],
};

const BIGINTS: Owners<"bigint"> = {
  type: "bigint",
  ann: "9223372036854775807",
  bob: "12",
  nobody: "13",
  segment: "9223372036854775807",
  wrong: ["9223372036854775808", "1.5", "", "0x10", 2 ** 53, {}, null],
};

const TEXTS: Owners<"text"> = {
  type: "text",
  ann: "auth0|ann/../bob 'é' 🎈",
  bob: "bob",
  nobody: "b",
  segment: Buffer.from("auth0|ann/../bob 'é' 🎈").toString("hex"),
  wrong: ["", "a".repeat(128), "é".repeat(64), "a\0b", "\ud800", 7, null],
};

const UUIDS: Owners<"uuid"> = {
  type: "uuid",
  ann: "6d7b3c1e-0f0a-4b7e-9a3c-2f6f1f0c9d11",
  bob: "00000000-0000-0000-0000-000000000000",
  nobody: "ffffffff-ffff-ffff-ffff-ffffffffffff",
  segment: "6d7b3c1e-0f0a-4b7e-9a3c-2f6f1f0c9d11",
  wrong: ["6d7b3c1e", 7, "{6d7b3c1e-0f0a-4b7e-9a3c-2f6f1f0c9d11}"],
};

describeOwners(UUIDS);
describeOwners(INTEGERS);
describeOwners(BIGINTS);
describeOwners(TEXTS);

function describeOwners<Type extends OwnerType>(owners: Owners<Type>): void {
  const { type, ann, bob, nobody, segment, wrong } = owners;

  describe(`an application with tables of its own and owners of type ${type}`, () => {
    let application: Application<Type>;
    let store: ObjectStoreProvider<Type>;
    let maintenance: ObjectStoreMaintenance<Type>;
    let mine: MediaScope<OwnerIds[Type]>;
    let theirs: MediaScope<OwnerIds[Type]>;

    beforeAll(async () => {
      application = await openApplication(type);
      ({ store, maintenance } = await application.install());
      await application.database.query("INSERT INTO shop.accounts (number) VALUES ($1), ($2)", {
        bind: [ann, bob],
      });
      mine = store.forUser(ann as never);
      theirs = store.forUser(bob as never);
    });

    afterAll(() => application.close());

    async function upload(
      scope: MediaScope<OwnerIds[Type]>,
      options?: { idempotencyKey: string },
    ): Promise<ImageRead<OwnerIds[Type]>> {
      const { bytes } = await sampleOf("png");
      return (await scope.images.upload({ body: bytes }, options)).file;
    }

    it("keeps the application's own tables and models as they were", async () => {
      const { database, select } = application;
      const Image = database.define("Image", { caption: DataTypes.TEXT }, { schema: "public" });
      await upload(mine);
      expect(database.models).toEqual({ Image });
      expect(await select("SELECT caption FROM public.images")).toEqual([{ caption: "mine" }]);
      const tables = await select(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'media' ORDER BY tablename",
      );
      expect(tables.map(({ tablename }) => tablename)).toEqual([
        "audio",
        "media_events",
        "media_grants",
        "media_usage",
        "media_variant_failures",
        "media_variants",
        "pictures",
        'sent "directly"',
        "unfinished",
      ]);
    });

    it("shares a file of an owner with another, and not with one that there is none of", async () => {
      const { database, s3, layout } = application;
      const options = { database, s3, ...layout, ...poolerOf(), sharing: true };
      const sharing = objectStoreProvider<Type>(options);
      const [of, reader] = [sharing.forUser(ann as never), sharing.forUser(bob as never)];
      const { id } = await upload(of);
      const to = { with: bob };
      await of.images.share(id, to);
      expect((await of.images.grants(id)).items).toMatchObject([to]);
      expect(await reader.images.exists(id)).toBe(true);
      expect((await reader.sharedWithMe()).items.map((file) => file.id)).toEqual([id]);
      expect((await reader.images.sharedWithMe({ withUrls: true })).items).toHaveLength(1);
      const missing = of.images.share(id, { with: nobody });
      await expect(missing).rejects.toMatchObject({ code: "owner_not_found" });
      await of.images.unshare(id, to);
      expect(await reader.images.exists(id)).toBe(false);
      await of.images.delete(id);
    });

    it("stores, reads, lists and deletes files of its owners", async () => {
      const first = await upload(mine);
      const second = await upload(mine, { idempotencyKey: "once" });
      const other = await upload(theirs, { idempotencyKey: "once" });
      expect(first.userId).toBe(ann);
      expect(other).toMatchObject({ userId: bob });
      expect((await upload(mine, { idempotencyKey: "once" })).id).toBe(second.id);
      expect(await mine.images.get(first.id)).toEqual(first);
      await expect(theirs.images.get(first.id)).rejects.toMatchObject({ code: "file_not_found" });
      expect([...(await mine.images.urls([first.id, other.id])).keys()]).toEqual([first.id]);

      const page = await mine.images.list({ limit: 1, contentType: "image/png" });
      const next = await mine.images.list({
        limit: 1,
        contentType: "image/png",
        cursor: page.nextCursor,
      });
      expect([page.items[0]?.id, next.items[0]?.id]).toEqual([second.id, first.id]);
      await expect(theirs.images.list({ limit: 1, cursor: page.nextCursor })).rejects.toMatchObject(
        { code: "invalid_cursor" },
      );
      expect(await theirs.count()).toBe(1);

      await mine.images.delete(first.id);
      const results = await theirs.images.deleteMany([second.id, other.id]);
      expect(results.map(({ deleted }) => deleted)).toEqual([false, true]);
    });

    it("writes the owner into keys so that none reaches into another's", async () => {
      const { id } = await upload(mine);
      const keys: string[] = [];
      for await (const { key } of application.s3.list({ prefix: "images/" })) keys.push(key);
      expect(keys).toContain(`images/users/${segment}/${id}.png`);
    });

    it("completes direct uploads and attaches transcripts", async () => {
      const { bytes } = await sampleOf("wav");
      const direct = await mine.audio.createDirectUpload({
        filename: "a.wav",
        contentType: "audio/wav",
        byteSize: bytes.byteLength,
      });
      expect(await sendPut(direct.put, bytes)).toBe(200);
      await expect(theirs.audio.completeDirectUpload(direct.id)).rejects.toMatchObject({
        code: "direct_upload_not_found",
      });
      const { file } = await mine.audio.completeDirectUpload(direct.id);
      expect(file.userId).toBe(ann);
      expect(await mine.audio.setTranscript(file.id, "said")).toMatchObject({ transcript: "said" });
    });

    it("stores a file together with its new owner, in one transaction", async () => {
      const { database } = application;
      await database.transaction(async (transaction) => {
        await database.query("INSERT INTO shop.accounts (number) VALUES ($1)", {
          bind: [nobody],
          transaction,
        });
        const { bytes } = await sampleOf("gif");
        const scope = store.forUser(nobody as never);
        const { file } = await scope.images.upload({ body: bytes }, { transaction });
        await scope.images.delete(file.id, { transaction });
        await database.query("DELETE FROM shop.accounts WHERE number = $1", {
          bind: [nobody],
          transaction,
        });
      });
    });

    it("refuses an owner that is not there, and what is no id", async () => {
      await expect(upload(store.forUser(nobody as never))).rejects.toMatchObject({
        code: "owner_not_found",
      });
      for (const id of wrong) {
        const call = () => store.forUser(id as never);
        expect(call).toThrow(expect.objectContaining({ code: "invalid_input" }));
        expect(call).toThrow(new RegExp(`owner\\.type is ${type}`));
      }
    });

    it("counts, audits, sweeps and erases by owner", async () => {
      await upload(theirs);
      const usage = await maintenance.usage({ owner: bob });
      expect(usage.owners).toEqual([expect.objectContaining({ owner: bob })]);
      const ofNoOwner = `images/users/${type === "uuid" ? "42" : UUIDS.ann}/${UUIDS.bob}.png`;
      await application.s3.put({
        ...{ key: ofNoOwner, body: Buffer.from("x"), byteLength: 1, contentType: "image/png" },
      });
      const { orphans, missingObjects, foreign } = await maintenance.audit();
      expect({ orphans, missingObjects, foreign }).toEqual({
        orphans: 0,
        missingObjects: 0,
        foreign: 1,
      });
      await maintenance.sweep();
      const before = await mine.count();
      const receipt = await maintenance.eraseUser(bob);
      expect(receipt).toMatchObject({ userId: bob, complete: true });
      expect(await mine.count()).toBe(before);
      await application.database.query("DELETE FROM shop.accounts WHERE number = $1", {
        bind: [bob],
      });
    });

    it("has a fake that takes the same owners", async () => {
      const fake = memoryObjectStore({ owner: { type }, isOwner: (id) => id === ann }).store;
      const { bytes } = await sampleOf("png");
      const scope = fake.forUser(ann as never);
      const { file } = await scope.images.upload({ body: bytes });
      expect(file.userId).toBe(ann);
      expect((await scope.list()).items).toEqual([file]);
      await expect(fake.forUser(bob as never).images.upload({ body: bytes })).rejects.toMatchObject(
        { code: "owner_not_found" },
      );
      expect(() => fake.forUser(wrong[0] as never)).toThrow(/user id must be/);
    });

    it("steps back only once its tables are empty, and then up again", async () => {
      const { database, migrator, select } = application;
      await expect(migrator.down({ steps: 100 })).rejects.toThrow(/would lose \d+ rows of/);
      await database.query(
        'TRUNCATE media.pictures, media.audio, media."sent ""directly""" CASCADE',
      );
      await migrator.down({ steps: 100 });
      expect(await select("SELECT 1 FROM pg_tables WHERE schemaname = 'media'")).toEqual([]);
      await migrator.up();
    });
  });
}

it("takes a bigint in any of its forms for the same owner", async () => {
  const { store } = memoryObjectStore({ owner: { type: "bigint" } });
  const { bytes } = await sampleOf("gif");
  await store.forUser(7n).images.upload({ body: bytes });
  for (const same of [7, "7", "0007"]) expect(await store.forUser(same).count()).toBe(1);
});

describe("an application whose owners are of another type than it says", () => {
  it.each([
    ["uuid", "integer", /"number" of "shop"."accounts" is of type integer.*uuid.*type: "integer"/],
    ["integer", "bigint", /is of type bigint.*integer.*type: "bigint"/],
    ["bigint", "character varying(40)", /is of type character varying.*bigint.*type: "text"/],
    ["text", "numeric", /is of type numeric.*text.*uuid, integer, bigint, text/],
    ["uuid", "names", /is of type character varying.*uuid.*type: "text"/],
    ["text", "text COLLATE blind", /a collation that is not deterministic/],
  ] as const)("is told so by the migration: %s for %s", async (type, columnType, message) => {
    const application = await openApplication(type, { columnType });
    try {
      await expect(application.migrator.up()).rejects.toThrow(message);
      expect(
        await application.select("SELECT 1 FROM pg_tables WHERE schemaname = 'media'"),
      ).toEqual([]);
    } finally {
      await application.close();
    }
  });

  it.each([
    ["integer", "smallint"],
    ["bigint", "integer"],
    ["text", "character varying(40)"],
    ["text", "names"],
  ] as const)("may be narrower: %s for %s", async (type, columnType) => {
    const application = await openApplication(type, { columnType });
    try {
      await application.install();
    } finally {
      await application.close();
    }
  });

  it("is told so when the tables are not there", async () => {
    const application = await openApplication("uuid");
    try {
      const { database, s3, layout } = application;
      const store = objectStoreProvider({ database, s3, ...layout, ...poolerOf() });
      const message = /\(42P01\): a table is missing: run the migrations/;
      await expect(store.ready()).rejects.toThrow(message);
      await expect(store.forSystem().list()).rejects.toThrow(message);
    } finally {
      await application.close();
    }
  });

  it.each([
    "object-store/0013-describe-files",
    "object-store/0014-count-usage",
    "object-store/0015-keep-trash",
  ])("is told so when they lack %s, and no longer once it has run", async (to) => {
    const application = await openApplication("uuid");
    try {
      const { database, s3, layout, migrator } = application;
      const { store } = await application.install();
      await store.ready();
      await migrator.down({ to });
      const late = objectStoreProvider({ database, s3, ...layout, ...poolerOf() });
      const message = /\(42703\): a column is missing: run the migrations of this version/;
      await expect(late.ready()).rejects.toThrow(message);
      await migrator.up();
      await late.ready();
    } finally {
      await application.close();
    }
  });

  it("is told so by the provider", async () => {
    const application = await openApplication("integer");
    try {
      await application.install();
      const { database, s3, layout } = application;
      const store = objectStoreProvider({
        ...{ database, s3, ...layout, ...poolerOf() },
        owner: { type: "uuid" },
      });
      const { bytes } = await sampleOf("png");
      const message = /user_id of "media"."pictures" is of type integer.*owner.type is uuid/;
      await expect(store.ready()).rejects.toThrow(message);
      const scope = store.forUser(UUIDS.ann);
      await expect(scope.images.upload({ body: bytes })).rejects.toThrow(message);
      for (const call of [
        () => scope.images.list(),
        () => scope.images.get(UUIDS.bob),
        () => scope.images.delete(UUIDS.bob),
        () => scope.images.directUpload(UUIDS.bob),
        () => scope.all()[Symbol.asyncIterator]().next(),
        () => store.forApplication().images.getMany([UUIDS.bob]),
      ]) {
        await expect(call()).rejects.toThrow(message);
      }
    } finally {
      await application.close();
    }
  });

  it("is told so by maintenance, which erases nothing", async () => {
    const application = await openApplication("integer");
    try {
      const { store } = await application.install();
      await application.select("INSERT INTO shop.accounts (number) VALUES (7)");
      const { bytes } = await sampleOf("png");
      await store.forUser(7).images.upload({ body: bytes });
      const { database, s3, layout } = application;
      const maintenance = objectStoreMaintenance({
        ...{ database, s3, ...layout, ...poolerOf() },
        owner: { type: "text" },
      });
      const message = /user_id of "media"."pictures" is of type integer.*owner.type is text/;
      for (const call of [
        () => maintenance.eraseUser("7"),
        () => maintenance.usage({ owner: "7" }),
        () => maintenance.audit(),
        () => maintenance.sweep(),
      ]) {
        await expect(call()).rejects.toThrow(message);
      }
      expect(await store.forUser(7).count()).toBe(1);
    } finally {
      await application.close();
    }
  });
});

class SequelizeSeven {
  static readonly version = "7.0.0";

  getDialect(): string {
    return "postgres";
  }
}

describe("an owners' table", () => {
  it("may get another name, column or schema while the application runs: one call fails", async () => {
    const application = await openApplication("integer");
    try {
      const { database } = application;
      const { store } = await application.install();
      await database.query("INSERT INTO shop.accounts (number) VALUES (1)");
      const { images } = store.forUser(1);
      const { bytes } = await sampleOf("png");
      const uploads = [
        () => images.upload({ body: bytes }),
        () => images.upload({ body: bytes }, { idempotencyKey: randomUUID() }),
        () =>
          database.transaction((transaction) => images.upload({ body: bytes }, { transaction })),
      ];
      for (const upload of uploads) await upload();
      const changes = [
        "ALTER TABLE shop.accounts RENAME TO members",
        "ALTER TABLE shop.members RENAME COLUMN number TO id",
        "ALTER TABLE shop.members SET SCHEMA public",
      ];
      for (const [index, change] of changes.entries()) {
        await database.query(change);
        await expect(uploads[index]?.()).rejects.toMatchObject({ code: "database_error" });
        for (const upload of uploads) await expect(upload()).resolves.toBeDefined();
      }
    } finally {
      await application.close();
    }
  });
});

describe("the options about tables", () => {
  let application: Application<"uuid">;

  beforeAll(async () => {
    application = await openApplication("uuid");
  });

  afterAll(() => application.close());

  it.each([
    [undefined, /for PostgreSQL, and undefined came/],
    [{ getDialect: () => "mysql" }, /for PostgreSQL, and one for mysql came/],
    [new SequelizeSeven(), /of Sequelize 6, and one of 7\.0\.0 came/],
  ])("take no other database: %p", (database, message) => {
    const given = { database: database as never, s3: application.s3 };
    expect(() => objectStoreProvider(given)).toThrow(message);
    expect(() => objectStoreMaintenance(given)).toThrow(message);
  });

  it("take no storage that lacks a method, as one of another version may", () => {
    const { database, s3 } = application;
    const older = storageWith(s3, {
      presignPost: undefined,
      listParts: undefined,
    });
    expect(() => objectStoreProvider({ database, s3: older })).toThrow(
      /^s3 must be an S3Provider, and one without listParts, presignPost came\.$/,
    );
  });

  it.each([
    [{ owner: { type: "number" } }, /owner.type must be one of uuid, integer, bigint, text/],
    [{ owner: { table: "" } }, /owner.table must be a name of 1 to 63 bytes/],
    [{ owner: { column: 7 } }, /owner.column must be a name/],
    [{ schema: "a\0" }, /schema must be a name/],
    [{ schema: "a$$; DROP TABLE users; --" }, /schema must be a name/],
    [{ schema: "a\nb" }, /schema must be a name/],
    [{ tables: { images: "é".repeat(20) } }, /tables.images must be a name of 1 to 39 bytes/],
    [{ tables: { images: "audio" } }, /names in tables must differ/],
  ])("are refused when they cannot be: %j", (options, message) => {
    const { database, s3 } = application;
    const given = { database, s3, ...(options as object) };
    expect(() => objectStoreMigrations(options as object)).toThrow(message);
    expect(() => objectStoreProvider(given)).toThrow(message);
    expect(() => objectStoreMaintenance(given)).toThrow(message);
  });
});
