import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Sequelize } from "sequelize-typescript";

import type { ImageCollection, MediaScope } from "../../src/index.js";
import { collect } from "../support/bytes.js";
import { ClsNamespace } from "../support/cls-namespace.js";
import { sendPut } from "../support/direct-http.js";
import { type Harness, openHarness } from "../support/harness.js";
import { sampleOf } from "../support/samples.js";
import { type StoreOver, storeOver } from "../support/store-over.js";

class RollBack extends Error {}

let harness: Harness;
let over: StoreOver;
let scope: MediaScope;
let images: ImageCollection;
let png: Uint8Array;

beforeAll(async () => {
  // For all of Sequelize, which every test file loads for itself.
  Sequelize.useCLS(new ClsNamespace());
  harness = await openHarness();
  png = (await sampleOf("png")).bytes;
  over = storeOver(harness, { max: 3 });
  scope = over.store.forUser(await harness.addUser());
  ({ images } = scope);
});

afterAll(async () => {
  await over.database.close();
  await harness.close();
});

const upload = async (options = {}): Promise<string> =>
  (await images.upload({ body: png }, options)).file.id;

/** Runs work in a transaction that nobody is given, and rolls it back. */
async function rolledBack(work: () => Promise<void>): Promise<void> {
  const transaction = over.database.transaction(async () => {
    await work();
    throw new RollBack();
  });
  await expect(transaction).rejects.toThrow(RollBack);
}

describe("in a transaction of Sequelize's CLS", () => {
  it("an upload takes part, and every read sees it", async () => {
    let id = "";
    await rolledBack(async () => {
      id = await upload();
      expect(await images.exists(id)).toBe(true);
      expect((await images.get(id)).id).toBe(id);
      expect((await images.urls([id])).size).toBe(1);
      await images.url(id);
      expect((await images.list()).items).toHaveLength(1);
      expect((await scope.list()).items).toHaveLength(1);
      expect(await scope.count()).toBe(1);
      const all: string[] = [];
      for await (const file of images.all()) all.push(file.id);
      expect(all).toEqual([id]);
      const { stream } = await images.download(id);
      expect(Buffer.compare(await collect(stream), png)).toBe(0);
    });
    expect(await images.exists(id)).toBe(false);
    expect((await harness.keys()).filter((key) => key.includes(id))).toEqual([]);

    const kept = await over.database.transaction(() => upload());
    expect(await images.exists(kept)).toBe(true);
    await images.delete(kept);
  });

  it("deletions take part", async () => {
    const ids = [await upload(), await upload()];
    await rolledBack(async () => {
      await images.delete(ids[0] ?? "");
      await images.deleteMany([ids[1] ?? ""]);
      expect(await images.count()).toBe(0);
    });
    expect(await images.count()).toBe(2);
    expect((await harness.keys()).filter((key) => ids.some((id) => key.includes(id)))).toHaveLength(
      2,
    );
    await over.database.transaction(() => images.deleteMany(ids));
    expect(await images.count()).toBe(0);
  });

  it("transcripts and the completion of direct uploads take part", async () => {
    const { audio } = scope;
    const { file } = await audio.upload({ body: (await sampleOf("mp3")).bytes });
    const announced = { byteSize: png.byteLength, contentType: "image/png" };
    const direct = await images.createDirectUpload(announced);
    expect(await sendPut(direct.put, png)).toBe(200);
    await rolledBack(async () => {
      await audio.setTranscript(file.id, "text");
      const completed = await images.completeDirectUpload(direct.id);
      expect(await images.exists(completed.file.id)).toBe(true);
    });
    expect((await audio.get(file.id)).transcript).toBeNull();
    expect(await images.count()).toBe(0);
    const completed = await images.completeDirectUpload(direct.id);
    await images.delete(completed.file.id);
    await audio.delete(file.id);
  });

  it("null opts out, of uploads, reads and deletions", async () => {
    const old = await upload();
    let id = "";
    await rolledBack(async () => {
      id = await upload({ transaction: null });
      const inside = await upload();
      expect(await images.exists(inside, { transaction: null })).toBe(false);
      expect(await images.count({ transaction: null })).toBe(2);
      await images.delete(old, { transaction: null });
    });
    expect(await images.exists(id)).toBe(true);
    expect(await images.exists(old)).toBe(false);
    await images.delete(id);
  });

  it("a transaction that is named goes before it", async () => {
    const named = await over.database.transaction();
    let id = "";
    await rolledBack(async () => {
      id = await upload({ transaction: named });
    });
    await named.commit();
    expect(await images.exists(id)).toBe(true);
    await images.delete(id);
  });

  it("of another database nothing takes part", async () => {
    let id = "";
    const other = harness.database.transaction(async () => {
      id = await upload();
      throw new RollBack();
    });
    await expect(other).rejects.toThrow(RollBack);
    expect(await images.exists(id)).toBe(true);
    await images.delete(id);
  });

  it("savepoints take part", async () => {
    const id = await over.database.transaction(async () => {
      const kept = await upload();
      const inner = over.database.transaction(async () => {
        await upload();
        throw new RollBack();
      });
      await expect(inner).rejects.toThrow(RollBack);
      return kept;
    });
    expect((await images.list()).items.map((file) => file.id)).toEqual([id]);
    await images.delete(id);
  });

  it("the module's own statements are in none: a key is recorded, and sweeps go on", async () => {
    await rolledBack(async () => {
      await upload({ idempotencyKey: "cls" });
      expect(await over.maintenance.sweep()).toMatchObject({ failed: 0 });
      const [rows] = await harness.database.query("SELECT FROM object_store_journal", {
        transaction: null,
      });
      expect(rows).toHaveLength(1);
    });
  });
});
