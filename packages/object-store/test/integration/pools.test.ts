import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Sample } from "@repo/sample-media";
import type { Transaction } from "sequelize";

import type { MediaScope } from "../../src/index.js";
import { collect, sha256 } from "../support/bytes.js";
import { sendPut } from "../support/direct-http.js";
import { type Harness, openHarness } from "../support/harness.js";
import { sampleOf } from "../support/samples.js";
import { type StoreOver, storeOver } from "../support/store-over.js";
import { expireUnfinished } from "../support/unfinished.js";

let harness: Harness;
let png: Sample;
let userId: string;

beforeAll(async () => {
  harness = await openHarness();
  png = await sampleOf("png");
  userId = await harness.addUser();
});

afterAll(() => harness.close());

const turns = (count: number): number[] => Array.from({ length: count }, (_, turn) => turn);

describe.each([
  [50, 5],
  [1, 1],
])("%d transactions at once on a pool of %d", (count, max) => {
  let over: StoreOver;
  let scope: MediaScope;
  /** Ids of committed files, one of each transaction. */
  let ids: string[];

  beforeAll(() => {
    // For the transactions, which wait for each other on a slow machine.
    over = storeOver(harness, { max, acquireTimeoutMs: 30_000 });
    scope = over.store.forUser(userId);
  });

  afterAll(() => over.database.close());

  /** Each in a transaction of its own, all at once. */
  const inEach = <Result>(
    work: (transaction: Transaction, turn: number) => Promise<Result>,
  ): Promise<Result[]> =>
    Promise.all(
      turns(count).map((turn) =>
        over.database.transaction((transaction) => work(transaction, turn)),
      ),
    );

  it("store a file each", async () => {
    const results = await inEach((transaction, turn) =>
      scope.images.upload({ body: png.bytes, filename: `${turn}.png` }, { transaction }),
    );
    ids = results.map(({ file }) => file.id);
    expect(new Set(ids).size).toBe(count);
    expect((await scope.images.urls(ids)).size).toBe(count);
  });

  it("read what there is", async () => {
    const hashes = await inEach(async (transaction, turn) => {
      const id = ids[turn] ?? "";
      expect((await scope.images.get(id, { transaction })).id).toBe(id);
      expect(await scope.images.exists(id, { transaction })).toBe(true);
      expect(await scope.images.count({ transaction })).toBe(count);
      expect((await scope.images.list({ transaction, limit: 200 })).items).toHaveLength(count);
      const { stream } = await scope.images.download(id, { transaction });
      return sha256(await collect(stream));
    });
    expect(new Set(hashes)).toEqual(new Set([sha256(png.bytes)]));
  });

  it("store a file each under a key of their own, and again", async () => {
    const upload = (transaction: Transaction, turn: number) =>
      scope.images.upload(
        { body: png.bytes },
        { transaction, idempotencyKey: `${count} on ${max}: ${turn}` },
      );
    const first = await inEach(async (transaction, turn) => {
      const { file } = await upload(transaction, turn);
      expect((await upload(transaction, turn)).file.id).toBe(file.id);
      return file.id;
    });
    const again = await inEach(upload);
    expect(again.map(({ file }) => file.id)).toEqual(first);
    ids.push(...first);
  });

  it("complete a direct upload each", async () => {
    const announced = { byteSize: png.bytes.byteLength, contentType: "image/png" };
    const direct = await Promise.all(
      turns(count).map(async () => {
        const { id, put } = await scope.images.createDirectUpload(announced);
        expect(await sendPut(put, png.bytes)).toBe(200);
        return id;
      }),
    );
    const results = await inEach((transaction, turn) =>
      scope.images.completeDirectUpload(direct[turn] ?? "", { transaction }),
    );
    ids.push(...results.map(({ file }) => file.id));
    expect((await scope.images.urls(ids)).size).toBe(3 * count);
  });

  it("delete files each", async () => {
    await inEach(async (transaction, turn) => {
      await scope.images.delete(ids[turn] ?? "", { transaction });
      const others = [ids[count + turn] ?? "", ids[2 * count + turn] ?? ""];
      const results = await scope.images.deleteMany(others, { transaction });
      expect(results.map(({ deleted }) => deleted)).toEqual([true, true]);
    });
    expect(await scope.images.count()).toBe(0);
    // A commit does not wait long for S3: what is slow to go is left to the sweep.
    await expireUnfinished(harness.database);
    await harness.maintenance.sweep();
    expect(await harness.keys()).toEqual([]);
    expect(await harness.rows()).toEqual([]);
  });
});

describe("an application that holds all connections of its pool", () => {
  it("delays nothing that the module does by itself", async () => {
    const { database, store, maintenance } = storeOver(harness, { max: 2 });
    const owner = await harness.addUser();
    const { images } = store.forUser(owner);
    const held = await Promise.all([database.transaction(), database.transaction()]);
    try {
      const { file } = await images.upload({ body: png.bytes }, { idempotencyKey: "held" });
      await images.upload({ body: png.bytes });
      const announced = { byteSize: png.bytes.byteLength, contentType: "image/png" };
      const { id, put } = await images.createDirectUpload(announced);
      await sendPut(put, png.bytes);
      expect((await images.directUpload(id)).status).toBe("open");
      await images.completeDirectUpload(id);
      await images.delete(file.id);
      await store.ready();
      expect(await maintenance.sweep()).toMatchObject({ failed: 0 });
      expect(await maintenance.audit()).toMatchObject({ missingObjects: 0, orphans: 0 });
      expect(await maintenance.verify()).toMatchObject({ files: 2, corrupt: 0 });
      expect((await maintenance.eraseUser(owner)).lines).toHaveLength(3);
    } finally {
      await Promise.all(held.map((transaction) => transaction.rollback()));
      await database.close();
    }
  });
});
