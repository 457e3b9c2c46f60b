import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { v7 as uuidv7 } from "uuid";

import type { DeleteResult, MediaScope } from "../../src/index.js";
import { injectFaults, MemoryStorage } from "../../src/testing.js";
import { type Harness, openHarness } from "../support/harness.js";
import { sampleOf, uploadSample } from "../support/samples.js";
import { fillWithRows } from "../support/stored-rows.js";

let harness: Harness;
let scope: MediaScope;
let userId: string;
let ids: string[];

beforeAll(async () => {
  harness = await openHarness();
});

beforeEach(async () => {
  userId = await harness.addUser();
  scope = harness.store.forUser(userId);
  const sample = await sampleOf("png");
  const uploads = [1, 2, 3].map(() => uploadSample(scope, sample));
  ids = (await Promise.all(uploads)).map(({ file }) => file.id);
});

afterAll(() => harness.close());

function outcomes(results: DeleteResult[]): string[] {
  return results.map((result) => (result.deleted ? "deleted" : result.error.code));
}

async function left(of: readonly string[]): Promise<{ rows: number; objects: number }> {
  const keys = await harness.keys();
  const rows = await harness.rows();
  return {
    rows: rows.filter((row) => of.includes(row.id)).length,
    objects: keys.filter((key) => of.some((id) => key.includes(id))).length,
  };
}

describe("deleteMany", () => {
  it("removes objects and rows, with a result for each id in its place", async () => {
    const stranger = harness.store.forUser(await harness.addUser());
    const hidden = (await uploadSample(stranger, await sampleOf("png"))).file.id;
    const shared = (await uploadSample(harness.store.forSystem(), await sampleOf("png"))).file.id;
    const [first = "", second = "", third = ""] = ids;

    const asked = [first.toUpperCase(), hidden, shared, "no id", uuidv7(), second, first];
    const results = await scope.images.deleteMany(asked);
    expect(results.map(({ id }) => id)).toEqual(asked);
    expect(outcomes(results)).toEqual([
      "deleted",
      "file_not_found",
      "access_denied",
      "file_not_found",
      "file_not_found",
      "deleted",
      "deleted",
    ]);
    expect(await left([first, second])).toEqual({ rows: 0, objects: 0 });
    expect(await left([third, hidden, shared])).toEqual({ rows: 3, objects: 3 });
    expect(outcomes(await scope.audio.deleteMany([third]))).toEqual(["file_not_found"]);
    expect(await scope.images.deleteMany([])).toEqual([]);
  });

  it("asks S3 once for each 1,000 files", async () => {
    await fillWithRows(harness.database, { owner: userId, contentType: "image/gif", count: 1_200 });
    const { storage, faults } = injectFaults(new MemoryStorage());
    const own = harness.storeWith({ s3: storage }).forUser(userId);
    const all: string[] = [];
    for await (const { id } of own.images.all()) all.push(id);
    expect(new Set(outcomes(await own.images.deleteMany(all)))).toEqual(new Set(["deleted"]));
    expect(faults.operations).toEqual(["deleteMany"]);
    expect(await own.images.count()).toBe(0);
  });

  it("tells whose object S3 kept, which a repetition or a sweep removes", async () => {
    const { storage, faults } = injectFaults(harness.s3);
    faults.add({ fault: { type: "deleteErrors", keys: () => true } });
    const failing = harness.storeWith({ s3: storage }).forUser(userId);
    expect(outcomes(await failing.images.deleteMany(ids))).toEqual(
      ids.map(() => "storage_unavailable"),
    );
    expect(await scope.images.count()).toBe(0);
    expect(await left(ids)).toEqual({ rows: 3, objects: 3 });

    expect(outcomes(await scope.images.deleteMany(ids))).toEqual(ids.map(() => "deleted"));
    expect(await left(ids)).toEqual({ rows: 0, objects: 0 });
  });

  it("takes effect when the caller's transaction commits, and not after a rollback", async () => {
    const rolledBack = await harness.database.transaction();
    expect(outcomes(await scope.images.deleteMany(ids, { transaction: rolledBack }))).toEqual(
      ids.map(() => "deleted"),
    );
    await rolledBack.rollback();
    expect(await scope.images.count()).toBe(3);
    expect(await left(ids)).toEqual({ rows: 3, objects: 3 });

    const committed = await harness.database.transaction();
    await scope.images.deleteMany(ids, { transaction: committed });
    expect(await left(ids)).toEqual({ rows: 3, objects: 3 });
    await committed.commit();
    expect(await left(ids)).toEqual({ rows: 0, objects: 0 });
  });

  it("lets two that delete the same files in another order both end", async () => {
    await fillWithRows(harness.database, { owner: userId, contentType: "image/gif", count: 300 });
    const all: string[] = [];
    for await (const { id } of scope.images.all()) all.push(id);
    await Promise.all([scope.images.deleteMany(all), scope.images.deleteMany(all.toReversed())]);
    expect(await scope.images.count()).toBe(0);
  });

  it("refuses what is no list of ids, and more than 10,000", async () => {
    for (const wrong of ["id", null, Array.from({ length: 10_001 }, () => uuidv7())]) {
      await expect(scope.images.deleteMany(wrong as string[])).rejects.toMatchObject({
        code: "invalid_input",
      });
    }
  });
});
