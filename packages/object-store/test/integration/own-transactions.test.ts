import { Readable } from "node:stream";

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import type { Transaction } from "sequelize";
import { v7 as uuidv7 } from "uuid";

import type { MediaScope, ObjectStoreProvider } from "../../src/index.js";
import { injectFaults } from "../../src/testing.js";
import { collect } from "../support/bytes.js";
import { sendPut } from "../support/direct-http.js";
import { expectNothingStored } from "../support/expect-nothing-stored.js";
import { type Harness, openHarness } from "../support/harness.js";
import { sampleOf } from "../support/samples.js";
import { type StoreOver, storeOver } from "../support/store-over.js";

let harness: Harness;
let png: Uint8Array;
/** On a pool of one connection, which the transaction of a test has. */
let over: StoreOver;
/** What S3 was asked for in this test. */
let calls: () => readonly string[];
let seenCalls = 0;
let store: ObjectStoreProvider;

beforeAll(async () => {
  harness = await openHarness();
  png = (await sampleOf("png")).bytes;
  const { storage, faults } = injectFaults(harness.s3);
  calls = () => faults.operations.slice(seenCalls);
  over = storeOver(harness, { max: 1 }, { s3: storage });
  ({ store } = over);
});

beforeEach(() => {
  seenCalls += calls().length;
});

afterAll(async () => {
  await over.database.close();
  await harness.close();
});

async function run(transaction: Transaction, sql: string): Promise<void> {
  await over.database.query(sql, { transaction });
}

const addUser = (transaction: Transaction, id: string): Promise<void> =>
  run(
    transaction,
    `INSERT INTO users (id, email, created_at, updated_at)
     VALUES ('${id}', '${id}@example.com', now(), now())`,
  );

const usersOf = async (id: string): Promise<number> => {
  const [rows] = await harness.database.query(`SELECT FROM users WHERE id = '${id}'`);
  return rows.length;
};

/** What the collection shows, inside a transaction or outside. */
async function seen(scope: MediaScope, ids: readonly string[], transaction?: Transaction) {
  const options = transaction === undefined ? {} : { transaction };
  const everything: string[] = [];
  for await (const { id } of scope.all(options)) everything.push(id);
  const { images } = scope;
  const [id = ""] = ids;
  const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code;
  return {
    exists: await images.exists(id, options),
    get: await images.get(id, options).then((file) => file.id, codeOf),
    url: await images.url(id, options).then(() => "signed", codeOf),
    urls: [...(await images.urls(ids, options)).keys()],
    listed: (await images.list(options)).items.map((file) => file.id),
    both: (await scope.list({ ...options, withUrls: true })).items.map((file) => file.id),
    everything,
    count: await images.count(options),
    bytes: await images
      .download(id, options)
      .then(async ({ stream }) => Buffer.compare(await collect(stream), png) === 0, codeOf),
  };
}

const shown = (id: string) => ({
  exists: true,
  get: id,
  url: "signed",
  urls: [id],
  listed: [id],
  both: [id],
  everything: [id],
  count: 1,
  bytes: true,
});
const NOTHING = {
  exists: false,
  get: "file_not_found",
  url: "file_not_found",
  urls: [],
  listed: [],
  both: [],
  everything: [],
  count: 0,
  bytes: "file_not_found",
};

describe("a sign-up with a picture in one transaction", () => {
  it("makes the user and the file with its commit", async () => {
    const userId = uuidv7();
    const scope = store.forUser(userId);
    const id = await over.database.transaction(async (transaction) => {
      await addUser(transaction, userId);
      const { file } = await scope.images.upload({ body: png }, { transaction });
      expect(file.userId).toBe(userId);
      return file.id;
    });
    expect(await seen(scope, [id])).toEqual(shown(id));
  });

  it("makes neither after a rollback", async () => {
    const userId = uuidv7();
    const scope = store.forUser(userId);
    const transaction = await over.database.transaction();
    await addUser(transaction, userId);
    const { file } = await scope.images.upload({ body: png }, { transaction });
    await transaction.rollback();
    expect(await usersOf(userId)).toBe(0);
    expect(await seen(scope, [file.id])).toEqual(NOTHING);
    expect((await harness.keys()).filter((key) => key.includes(file.id))).toEqual([]);
  });

  it("takes an idempotency key, whose repetition gives the same file", async () => {
    const userId = uuidv7();
    const { images } = store.forUser(userId);
    const upload = (transaction?: Transaction) =>
      images.upload(
        { body: png },
        { idempotencyKey: "avatar", ...(transaction && { transaction }) },
      );
    const id = await over.database.transaction(async (transaction) => {
      await addUser(transaction, userId);
      const { file } = await upload(transaction);
      expect((await upload(transaction)).file.id).toBe(file.id);
      return file.id;
    });
    expect((await upload()).file.id).toBe(id);
  });
});

describe("every read that is given a transaction", () => {
  it("sees what was stored in it, which no other sees before the commit", async () => {
    const userId = await harness.addUser();
    const scope = store.forUser(userId);
    const outside = harness.store.forUser(userId);
    const id = await over.database.transaction(async (transaction) => {
      const { file } = await scope.images.upload({ body: png }, { transaction });
      expect(await seen(scope, [file.id], transaction)).toEqual(shown(file.id));
      expect(await seen(outside, [file.id])).toEqual(NOTHING);
      return file.id;
    });
    expect(await seen(outside, [id])).toEqual(shown(id));
  });

  it("sees no more what was deleted in it, which others see until the commit", async () => {
    const userId = await harness.addUser();
    const scope = store.forUser(userId);
    const outside = harness.store.forUser(userId);
    const { file } = await scope.images.upload({ body: png });
    await over.database.transaction(async (transaction) => {
      await scope.images.delete(file.id, { transaction });
      expect(await seen(scope, [file.id], transaction)).toEqual(NOTHING);
      expect(await seen(outside, [file.id])).toEqual(shown(file.id));
    });
    expect(await seen(outside, [file.id])).toEqual(NOTHING);
  });

  it("sees a transcript that was set in it", async () => {
    const { audio } = store.forUser(await harness.addUser());
    const body = (await sampleOf("mp3")).bytes;
    await over.database.transaction(async (transaction) => {
      const { file } = await audio.upload({ body }, { transaction });
      await audio.setTranscript(file.id, "text", { transaction });
      expect((await audio.get(file.id, { transaction })).transcript).toBe("text");
    });
  });
});

describe("a transaction that has locked its own user", () => {
  it("never waits for itself: uploads, direct uploads and deletions", async () => {
    const userId = await harness.addUser();
    const { images } = store.forUser(userId);
    const old = (await images.upload({ body: png })).file.id;
    const announced = { byteSize: png.byteLength, contentType: "image/png" };
    const direct = await images.createDirectUpload(announced);
    expect(await sendPut(direct.put, png)).toBe(200);

    const ids = await over.database.transaction(async (transaction) => {
      // Waiting for itself would end with the transaction.
      await run(transaction, "SET LOCAL lock_timeout = '5s'");
      await run(transaction, `SELECT FROM users WHERE id = '${userId}' FOR UPDATE`);
      const plain = await images.upload({ body: png }, { transaction });
      const keyed = await images.upload({ body: png }, { transaction, idempotencyKey: "k" });
      const completed = await images.completeDirectUpload(direct.id, { transaction });
      await images.delete(old, { transaction });
      await run(transaction, `UPDATE users SET updated_at = now() WHERE id = '${userId}'`);
      return [plain, keyed, completed].map(({ file }) => file.id);
    });
    expect((await images.list()).items.map(({ id }) => id).sort()).toEqual(ids.sort());
  });
});

describe("an owner who is not there", () => {
  const watchedBody = (): { body: Readable; wasRead: () => boolean } => {
    let isRead = false;
    const stream = new Readable({
      read() {
        isRead = true;
        this.push(png);
        this.push(null);
      },
    });
    return { body: stream, wasRead: () => isRead };
  };

  it("is refused in a transaction before a byte is read or sent, and that lives on", async () => {
    const userId = uuidv7();
    const { images } = store.forUser(userId);
    await over.database.transaction(async (transaction) => {
      for (const options of [{ transaction }, { transaction, idempotencyKey: "nobody" }]) {
        const { body, wasRead } = watchedBody();
        await expect(images.upload({ body }, options)).rejects.toMatchObject({
          code: "owner_not_found",
        });
        expect(wasRead()).toBe(false);
      }
      await expect(images.completeDirectUpload(uuidv7(), { transaction })).rejects.toMatchObject({
        code: "owner_not_found",
      });
      await addUser(transaction, userId);
    });
    expect(calls()).toEqual([]);
    expect(await usersOf(userId)).toBe(1);
  });

  it("is refused without a transaction before a byte is sent", async () => {
    const { images } = store.forUser(uuidv7());
    for (const options of [{}, { idempotencyKey: "nobody" }]) {
      const { code } = await expectNothingStored(harness, () =>
        images.upload({ body: watchedBody().body }, options),
      );
      expect(code).toBe("owner_not_found");
    }
    expect(calls()).toEqual([]);
  });

  it("is refused, and leaves nothing, who goes while the bytes are sent", async () => {
    const userId = await harness.addUser();
    const { images } = store.forUser(userId);
    async function* leaving(): AsyncGenerator<Uint8Array> {
      yield png.subarray(0, png.byteLength - 1);
      await harness.database.query(`DELETE FROM users WHERE id = '${userId}'`);
      yield png.subarray(png.byteLength - 1);
    }
    const { code } = await expectNothingStored(harness, () => images.upload({ body: leaving() }));
    expect(code).toBe("owner_not_found");
  });
});
