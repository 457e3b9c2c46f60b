import { setTimeout as sleep } from "node:timers/promises";

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import type { Transaction } from "sequelize";

import type { ObjectStoreProvider } from "../../src/index.js";
import { type Harness, openHarness } from "../support/harness.js";
import { sampleOf } from "../support/samples.js";
import { type StoreOver, storeOver } from "../support/store-over.js";

/**
 * Whoever waits looks for a deadlock once, after a second; the one whose look finds it is ended. So
 * what waited before is past its look when the application begins to wait.
 */
const PAST_DEADLOCK_CHECK_MS = 1_300;

let harness: Harness;
let png: Uint8Array;
/** On one connection beside the pool, which uploads of a locked owner must not keep. */
let over: StoreOver;
let store: ObjectStoreProvider;
let open: Transaction[];

beforeAll(async () => {
  harness = await openHarness();
  png = (await sampleOf("png")).bytes;
});

beforeEach(async () => {
  await harness.database.query("DROP TABLE IF EXISTS posts");
  over = storeOver(harness, {}, { ownConnections: 1 });
  ({ store } = over);
  open = [];
});

afterEach(async () => {
  await Promise.all(open.map((transaction) => transaction.rollback().catch(() => undefined)));
  await over.database.close();
});

afterAll(() => harness.close());

async function begin(): Promise<Transaction> {
  const transaction = await harness.database.transaction();
  open.push(transaction);
  return transaction;
}

/** What the application does in a transaction of its own. */
async function run(transaction: Transaction, sql: string): Promise<void> {
  await harness.database.query(sql, { transaction });
}

const lockUser = (transaction: Transaction, id: string): Promise<void> =>
  run(transaction, `SELECT FROM users WHERE id = '${id}' FOR UPDATE`);

const upload = async (owner: string | null): Promise<string> => {
  const scope = owner === null ? store.forSystem() : store.forUser(owner);
  return (await scope.images.upload({ body: png })).file.id;
};

/** Whether a promise is pending still. */
async function isPending(promise: Promise<unknown>): Promise<boolean> {
  const settled = promise.then(
    () => false,
    () => false,
  );
  return Promise.race([settled, sleep(0, true)]);
}

const users = (count: number): Promise<string[]> =>
  Promise.all(Array.from({ length: count }, () => harness.addUser()));

describe("an application that locks two owners one after the other", () => {
  it("is never ended for uploads of both", async () => {
    const [first = "", second = ""] = await users(2);
    await upload(null);
    for (let round = 0; round < 3; round += 1) {
      const application = await begin();
      await lockUser(application, first);
      const owners = [...Array<string>(8).fill(second), first, first];
      const uploads = Promise.all(owners.map(upload));
      await sleep(PAST_DEADLOCK_CHECK_MS);
      await lockUser(application, second);
      await application.commit();
      expect(new Set(await uploads).size).toBe(owners.length);
    }
  });
});

describe("an owner whose row somebody has locked", () => {
  it("delays its own uploads alone, however many of them wait", async () => {
    const [locked = "", free = ""] = await users(2);
    await Promise.all([locked, free].map(upload));
    const application = await begin();
    await lockUser(application, locked);
    const images = store.forUser(locked).images;
    const waiting = [
      ...Array.from({ length: 6 }, () => upload(locked)),
      images.upload({ body: png }, { idempotencyKey: "locked" }).then(({ file }) => file.id),
    ];
    await sleep(400);
    const others = await Promise.all([free, null, free, null, free].map(upload));
    expect(new Set(others).size).toBe(5);
    for (const each of waiting) expect(await isPending(each)).toBe(true);

    await application.rollback();
    expect(new Set(await Promise.all(waiting)).size).toBe(7);
    expect(await images.count()).toBe(8);
  });

  it("delays nothing else of its own: reads, deletions, and the erasure of others", async () => {
    const [locked = "", free = ""] = await users(2);
    const ids = await Promise.all([locked, locked, free].map(upload));
    const application = await begin();
    await lockUser(application, locked);
    const { images } = store.forUser(locked);
    const waiting = upload(locked);
    await images.get(ids[0] ?? "");
    await images.delete(ids[0] ?? "");
    expect(await images.deleteMany([ids[1] ?? ""])).toMatchObject([{ deleted: true }]);
    expect(await over.maintenance.eraseUser(free)).toMatchObject({ complete: true });
    expect(await isPending(waiting)).toBe(true);
    await application.rollback();
    await waiting;
    expect(await images.count()).toBe(1);
  });
});

describe("an application that locks rows which refer to files", () => {
  let owner: string;
  let ids: string[];

  beforeEach(async () => {
    owner = await harness.addUser();
    ids = await Promise.all([upload(owner), upload(owner), upload(owner)]);
    await harness.database.query(
      `CREATE TABLE posts (
         id serial PRIMARY KEY, file_id uuid REFERENCES images (id) ON DELETE CASCADE
       )`,
    );
    await harness.database.query(`INSERT INTO posts (file_id) VALUES ('${ids[1] ?? ""}')`);
  });

  it("delays the deletion of those files alone", async () => {
    const { images } = store.forUser(owner);
    const application = await begin();
    await run(application, "SELECT FROM posts FOR UPDATE");
    const waiting = images.delete(ids[1] ?? "");
    await sleep(400);
    await images.delete(ids[0] ?? "");
    await upload(owner);
    expect(await isPending(waiting)).toBe(true);
    await application.commit();
    await waiting;
    expect(await images.exists(ids[1] ?? "")).toBe(false);
  });

  it("does not delay the erasure of the others, which is complete once it is repeated", async () => {
    const application = await begin();
    await run(application, "SELECT FROM posts FOR UPDATE");
    const receipt = await over.maintenance.eraseUser(owner);
    expect(receipt.complete).toBe(false);
    expect(receipt.lines.map(({ fileId, outcome }) => `${fileId ?? ""} ${outcome}`)).toEqual(
      [ids[0], ids[2]].map((id) => `${id ?? ""} erased`).sort(),
    );
    await application.commit();
    expect(await over.maintenance.eraseUser(owner)).toMatchObject({
      complete: true,
      lines: [{ fileId: ids[1], outcome: "erased" }],
    });
  });

  it("is never ended for a deletion that has locked the file and waits for the row", async () => {
    const [id = ""] = ids;
    await harness.database.query(
      "ALTER TABLE posts DROP CONSTRAINT posts_file_id_fkey, ADD FOREIGN KEY (file_id) REFERENCES images",
    );
    await harness.database.query(`INSERT INTO posts (file_id) VALUES ('${id}')`);
    for (let round = 0; round < 2; round += 1) {
      const application = await begin();
      await run(application, "SELECT FROM posts FOR UPDATE");
      const deletion = store.forUser(owner).images.delete(id);
      const refusal = expect(deletion).rejects.toMatchObject({ code: "file_in_use" });
      await sleep(PAST_DEADLOCK_CHECK_MS);
      await run(application, `INSERT INTO posts (file_id) VALUES ('${id}')`);
      await application.commit();
      await refusal;
    }
  });
});
