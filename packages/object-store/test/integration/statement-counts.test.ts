import { buffer } from "node:stream/consumers";

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";

import type { ImageCollection } from "../../src/index.js";
import { sendPut } from "../support/direct-http.js";
import { faultyS3 } from "../support/faulty-s3.js";
import { type LoggedStore, openLoggedStore } from "../support/logged-store.js";
import { sampleOf } from "../support/samples.js";

let logged: LoggedStore;
let images: ImageCollection;
let png: Uint8Array;

afterAll(() => logged.database.close());

/** An S3 that is fast enough to leave nothing to the sweep. */
const { harness } = faultyS3();

beforeAll(async () => {
  logged = openLoggedStore(harness());
  images = logged.store.forUser(await harness().addUser()).images;
  png = (await sampleOf("png")).bytes;
  // The first looks for the owners' table, once for all.
  await images.upload({ body: png });
});

beforeEach(() => {
  logged.statements();
});

const upload = async (options = {}): Promise<string> =>
  (await images.upload({ body: png }, options)).file.id;

/** The first words of each statement, without those of a transaction's begin and end. */
function counted(): string[] {
  return countedOf(logged);
}

function countedOf(store: LoggedStore): string[] {
  return store
    .statements()
    .map((statement) => statement.trim().split(/\s+/, 2).join(" "))
    .filter((start) => !/^(START|COMMIT|ROLLBACK|SET)/.test(start));
}

describe("the number of statements", () => {
  it("is two for an upload: the intent, and the file", async () => {
    await upload();
    expect(counted()).toHaveLength(2);
  });

  it("is two with a title, an alternative text and metadata", async () => {
    await images.upload({ body: png, title: "A", altText: "B", metadata: { c: 1 } });
    expect(counted()).toHaveLength(2);
  });

  it("is two with rules, and with a hook that reads the file", async () => {
    await images.upload({ body: png }, { rules: { minWidth: 1 } });
    expect(counted()).toHaveLength(2);
    const checked = openLoggedStore(harness(), {
      async beforeReady(_file, openBytes) {
        await buffer(await openBytes());
      },
    });
    const scope = checked.store.forUser(await harness().addUser());
    await scope.images.upload({ body: png });
    checked.statements();
    await scope.images.upload({ body: png });
    expect(countedOf(checked)).toHaveLength(2);
    await checked.database.close();
  });

  it("is the same with events: two for an upload, one for a change, two for a deletion", async () => {
    const telling = openLoggedStore(harness(), { events: true });
    const scope = telling.store.forUser(await harness().addUser());
    await scope.images.upload({ body: png });
    telling.statements();
    const { file } = await scope.images.upload({ body: png });
    expect(countedOf(telling)).toHaveLength(2);
    await scope.images.update(file.id, { title: "A" });
    expect(countedOf(telling)).toHaveLength(1);
    await scope.images.delete(file.id, { restorableFor: 60 });
    await scope.images.restore(file.id);
    expect(countedOf(telling)).toHaveLength(2);
    await scope.images.delete(file.id);
    expect(countedOf(telling)).toHaveLength(2);
    await telling.database.close();
  });

  it("is one for a change of these and of the name", async () => {
    const id = await upload();
    logged.statements();
    await images.update(id, { title: "A", altText: "B", metadata: { c: 1 }, filename: "d" });
    expect(counted()).toHaveLength(1);
  });

  it("is four for an upload with an idempotency key", async () => {
    await upload({ idempotencyKey: "counted" });
    expect(counted()).toHaveLength(4);
  });

  it("is six for an upload in a transaction, a savepoint's two among them, and one after its end", async () => {
    await logged.database.transaction(async (transaction) => {
      await upload({ transaction });
      expect(counted()).toHaveLength(6);
    });
    expect(counted()).toHaveLength(1);
  });

  it("is fewer than two for each of many uploads at once", async () => {
    await Promise.all(Array.from({ length: 20 }, () => upload()));
    expect(counted().length).toBeLessThan(40);
  });

  it("is two for a deletion: the file, and the end of its row in the journal", async () => {
    const id = await upload();
    logged.statements();
    await images.delete(id);
    expect(counted()).toHaveLength(2);
  });

  it("is two for the deletion of 100", async () => {
    const ids = await Promise.all(Array.from({ length: 100 }, () => upload()));
    logged.statements();
    const results = await images.deleteMany(ids);
    expect(results.every(({ deleted }) => deleted)).toBe(true);
    expect(counted()).toHaveLength(2);
  });

  it("is five for the deletion of 100 in a transaction, of which two come after it", async () => {
    const ids = await Promise.all(Array.from({ length: 100 }, () => upload()));
    logged.statements();
    await logged.database.transaction(async (transaction) => {
      await images.deleteMany(ids, { transaction });
      expect(counted()).toHaveLength(3);
    });
    expect(counted()).toHaveLength(2);
  });

  it("is one to move 100 to the trash, one to list them, and one to restore a file", async () => {
    const ids = await Promise.all(Array.from({ length: 100 }, () => upload()));
    logged.statements();
    await images.deleteMany(ids, { restorableFor: 60 });
    expect(counted()).toHaveLength(1);
    await images.list({ trashed: true });
    expect(counted()).toHaveLength(1);
    await images.restore(ids[0] ?? "");
    expect(counted()).toHaveLength(1);
  });

  it("is one for each kind of read", async () => {
    const id = await upload();
    logged.statements();
    await images.get(id);
    await images.exists(id);
    await images.url(id);
    const { stream } = await images.download(id);
    stream.destroy();
    expect(counted()).toHaveLength(4);
  });

  it("is one to prepare a direct upload, and three to complete it", async () => {
    const announced = { byteSize: png.byteLength, contentType: "image/png" };
    const { id, put } = await images.createDirectUpload(announced);
    expect(counted()).toHaveLength(1);
    await sendPut(put, png);
    await images.completeDirectUpload(id);
    expect(counted()).toHaveLength(3);
  });
});
