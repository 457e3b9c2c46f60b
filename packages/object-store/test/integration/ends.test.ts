import { setTimeout as sleep } from "node:timers/promises";

import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { Transaction } from "sequelize";

import type { ImageCollection, ObjectStoreProvider } from "../../src/index.js";
import { type ObjectStoreMaintenance, objectStoreMaintenance } from "../../src/maintenance.js";
import { collect } from "../support/bytes.js";
import { faultyS3 } from "../support/faulty-s3.js";
import { sampleOf } from "../support/samples.js";
import { expireUnfinished } from "../support/unfinished.js";

const { harness, faults } = faultyS3();

/** S3 hangs for longer than this; an end of a transaction takes a second or two, whatever it leaves. */
const HANG_MS = 60_000;
const AT_MOST_MS = 6_000;

let store: ObjectStoreProvider;
let images: ImageCollection;
let maintenance: ObjectStoreMaintenance;
let png: Uint8Array;

beforeEach(async () => {
  await harness().database.query("DELETE FROM images; DELETE FROM object_store_journal");
  await harness().s3.deleteMany(await harness().keys());
  png = (await sampleOf("png")).bytes;
  store = harness().storeWith({});
  images = store.forUser(await harness().addUser()).images;
  const { database, s3 } = harness();
  maintenance = objectStoreMaintenance({ database, s3 });
});

afterEach(async () => {
  await store.close({ timeoutSeconds: 0 });
});

/** Every request waits, until the faults are cleared and those under way are given up. */
function hang(): void {
  faults().add({ fault: { type: "delay", ms: HANG_MS } });
}

const upload = async (transaction?: Transaction): Promise<string> =>
  (await images.upload({ body: png }, { ...(transaction && { transaction }) })).file.id;

const uploads = async (count: number, transaction?: Transaction): Promise<string[]> => {
  const ids: string[] = [];
  while (ids.length < count) ids.push(await upload(transaction));
  return ids;
};

/** Whether it came back soon, and how it ended. */
async function soon(end: Promise<unknown>): Promise<"done" | "failed" | "still waiting"> {
  const ended = end.then(
    () => "done" as const,
    () => "failed" as const,
  );
  return Promise.race([ended, sleep(AT_MOST_MS, "still waiting" as const, { ref: false })]);
}

async function sweepAsIfLater(): Promise<void> {
  faults().clear();
  for (let round = 0; round < 2; round += 1) {
    await expireUnfinished(harness().database);
    await maintenance.sweep();
  }
}

/** Exactly these files, whole, and nothing else. */
async function expectFiles(ids: readonly string[]): Promise<void> {
  const rows = await harness().rows();
  expect(rows.map(({ id, state }) => `${state} ${id}`).sort()).toEqual(
    ids.map((id) => `file ${id}`).sort(),
  );
  expect(await harness().keys()).toHaveLength(ids.length);
  for (const id of ids) {
    const { stream } = await images.download(id);
    expect(Buffer.compare(await collect(stream), png)).toBe(0);
  }
}

describe("while S3 hangs, a transaction with five uploads and five deletions", () => {
  let stored: string[];
  let added: string[];
  let transaction: Transaction;

  beforeEach(async () => {
    stored = await uploads(5);
    transaction = await harness().database.transaction();
    added = await uploads(5, transaction);
    for (const id of stored) await images.delete(id, { transaction });
    hang();
  });

  it("commits within seconds, and the sweep does the rest", async () => {
    expect(await soon(transaction.commit())).toBe("done");
    expect((await images.urls([...stored, ...added])).size).toBe(5);
    await sweepAsIfLater();
    await expectFiles(added);
  });

  it("rolls back within seconds, and the sweep does the rest", async () => {
    expect(await soon(transaction.rollback())).toBe("done");
    expect((await images.urls([...stored, ...added])).size).toBe(5);
    await sweepAsIfLater();
    await expectFiles(stored);
  });

  it("fails within seconds where its COMMIT does", async () => {
    await harness().database.query(
      `CREATE TABLE IF NOT EXISTS orders (
         user_id uuid REFERENCES users (id) DEFERRABLE INITIALLY DEFERRED
       )`,
    );
    await harness().database.query("INSERT INTO orders VALUES (gen_random_uuid())", {
      transaction,
    });
    // Sequelize tells the console of it, whatever its logging option says.
    const { warn } = console;
    console.warn = () => undefined;
    expect(await soon(transaction.commit())).toBe("failed");
    console.warn = warn;
    await sweepAsIfLater();
    await expectFiles(stored);
  });
});

describe("while S3 hangs, the rollback of a savepoint", () => {
  it("comes back within seconds, and the transaction goes on", async () => {
    const [kept = "", deleted = ""] = await uploads(2);
    const outer = await harness().database.transaction();
    const first = await upload(outer);
    const inner = await harness().database.transaction({ transaction: outer });
    await uploads(5, inner);
    await images.delete(kept, { transaction: inner });
    hang();
    expect(await soon(inner.rollback())).toBe("done");
    faults().clear();

    const second = await upload(outer);
    await images.delete(deleted, { transaction: outer });
    hang();
    expect(await soon(outer.commit())).toBe("done");
    await sweepAsIfLater();
    await expectFiles([kept, first, second]);
  });
});

describe("the end of a transaction with savepoints", () => {
  it("keeps what was released and undoes what was rolled back, uploads and deletions", async () => {
    const [one = "", two = "", three = ""] = await uploads(3);
    const outer = await harness().database.transaction();
    const begin = (transaction: Transaction) => harness().database.transaction({ transaction });

    const released = await begin(outer);
    const added = await upload(released);
    await images.delete(one, { transaction: released });
    await released.commit();

    const undone = await begin(outer);
    const nested = await begin(undone);
    await upload(nested);
    await images.delete(two, { transaction: nested });
    await nested.commit();
    await upload(undone);
    await undone.rollback();

    await images.delete(three, { transaction: outer });
    await outer.commit();
    await expectFiles([added, two]);
  });

  it("leaves nothing of a released savepoint whose transaction is rolled back", async () => {
    const [one = ""] = await uploads(1);
    const outer = await harness().database.transaction();
    const inner = await harness().database.transaction({ transaction: outer });
    await upload(inner);
    await images.delete(one, { transaction: inner });
    await inner.commit();
    await outer.rollback();
    await expectFiles([one]);
  });
});
