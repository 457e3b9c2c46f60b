import { setTimeout as pause } from "node:timers/promises";

import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { S3AccessDeniedError, S3InvalidRequestError } from "@repo/s3-provider";
import { v7 as uuidv7 } from "uuid";

import { injectFaults, MemoryStorage } from "../../src/testing.js";
import { agedStorage } from "../support/aged-storage.js";
import { withExactListings } from "../support/exact-uploads.js";
import { type Harness, openHarness } from "../support/harness.js";
import { sampleOf, uploadSample } from "../support/samples.js";
import { storageWith } from "../support/storage-with.js";
import { addUnfinished, expireUnfinished } from "../support/unfinished.js";

let harness: Harness;

beforeAll(async () => {
  harness = await openHarness();
});

afterEach(async () => {
  await harness.database.query("DELETE FROM images; DELETE FROM object_store_journal");
});

afterAll(async () => {
  await harness.close();
});

/** A row as a crash leaves it, with or without its object. */
async function crashed(
  purpose: "upload" | "removal",
  lease: string,
  withObject: boolean,
): Promise<string> {
  const { key } = await addUnfinished(harness.database, { purpose, lease });
  if (withObject) {
    const body = Buffer.from("bytes");
    await harness.s3.put({ key, body, byteLength: body.byteLength, contentType: "image/png" });
  }
  return key;
}

describe("sweep", () => {
  it("removes what expired deletions left, with and without an object", async () => {
    await crashed("removal", "-1 s", true);
    await crashed("removal", "-1 s", false);
    expect(await harness.maintenance.sweep()).toEqual({
      abandoned: 0,
      removed: 2,
      aborted: 0,
      inUse: 0,
      strays: 0,
      failed: 0,
    });
    expect(await harness.keys()).toEqual([]);
    expect(await harness.rows()).toEqual([]);
  });

  it("removes an expired upload's object and keeps its tombstone for one more lease", async () => {
    const key = await crashed("upload", "-1 s", true);
    expect(await harness.maintenance.sweep()).toEqual({
      abandoned: 1,
      removed: 0,
      aborted: 0,
      inUse: 0,
      strays: 0,
      failed: 0,
    });
    expect(await harness.keys()).toEqual([]);
    expect(await harness.rows()).toMatchObject([{ state: "removal", s3_key: key }]);

    // The request that the crash left on its way arrives after all.
    const body = Buffer.from("late");
    await harness.s3.put({ key, body, byteLength: body.byteLength, contentType: "image/png" });
    await expireUnfinished(harness.database);
    expect(await harness.maintenance.sweep()).toEqual({
      abandoned: 0,
      removed: 1,
      aborted: 0,
      inUse: 0,
      strays: 0,
      failed: 0,
    });
    expect(await harness.keys()).toEqual([]);
    expect(await harness.rows()).toEqual([]);
  });

  it("leaves running uploads and files alone", async () => {
    const key = await crashed("upload", "1 h", true);
    const { file } = await uploadSample(harness.store.forSystem(), await sampleOf("png"));
    expect(await harness.maintenance.sweep()).toEqual({
      abandoned: 0,
      removed: 0,
      aborted: 0,
      inUse: 0,
      strays: 0,
      failed: 0,
    });
    expect(await harness.keys()).toContain(key);
    expect(await harness.store.forSystem().images.exists(file.id)).toBe(true);
  });

  it("sweeps each file once when many sweep at once", async () => {
    await Promise.all(Array.from({ length: 40 }, () => crashed("removal", "-1 s", true)));
    const { storage, faults } = injectFaults(new MemoryStorage());
    await Promise.all(
      Array.from({ length: 5 }, () => harness.maintenanceWith({ s3: storage }).sweep()),
    );
    const keys = faults.calls.flatMap((call) => (call.operation === "deleteMany" ? call.keys : []));
    expect(keys).toHaveLength(40);
    expect(new Set(keys).size).toBe(40);
    expect(await harness.rows()).toEqual([]);
  });

  it("passes over a file that another party holds, without waiting for it", async () => {
    const held = await crashed("removal", "-1 s", true);
    await crashed("removal", "-1 s", true);
    const transaction = await harness.database.transaction();
    await harness.database.query(
      `SELECT * FROM object_store_journal WHERE s3_key = '${held}' FOR UPDATE`,
      {
        transaction,
      },
    );
    expect(await harness.maintenance.sweep()).toMatchObject({ removed: 1 });
    expect(await harness.rows()).toMatchObject([{ s3_key: held }]);
    await transaction.rollback();
  });

  it("tries a file that S3 will not delete once a sweep, and says so", async () => {
    await crashed("removal", "-1 s", false);
    const { storage, faults } = injectFaults(new MemoryStorage());
    faults.add({ fault: { type: "deleteErrors", keys: () => true } });
    const warnings: unknown[] = [];
    const report = await harness
      .maintenanceWith({
        s3: storage,
        logger: { warn: (message, facts) => warnings.push([message, facts]) },
      })
      .sweep();
    expect(report).toMatchObject({ removed: 0, failed: 1 });
    expect(warnings).toEqual([
      ["objects could not be swept", { count: 1, codes: ["s3_unavailable"] }],
    ]);
    expect(await harness.rows()).toMatchObject([{ state: "removal" }]);

    faults.clear();
    expect(await harness.maintenanceWith({ s3: storage }).sweep()).toMatchObject({
      removed: 1,
      failed: 0,
    });
  });

  it("works in batches, and tells of each", async () => {
    await Promise.all(Array.from({ length: 5 }, () => crashed("removal", "-1 s", false)));
    await crashed("upload", "-1 s", false);
    const { storage, faults } = injectFaults(new MemoryStorage());
    const heard: unknown[] = [];
    const report = await harness.maintenanceWith({ s3: storage }).sweep({
      batchSize: 2,
      parallel: 1,
      onProgress: ({ removed, abandoned }) => heard.push([removed, abandoned]),
    });
    expect(report).toMatchObject({ removed: 5, abandoned: 1 });
    expect(heard).toEqual([
      [2, 0],
      [4, 0],
      [5, 0],
      [5, 1],
    ]);
    const batches = faults.calls.filter(({ operation }) => operation === "deleteMany");
    expect(batches.map(({ keys }) => keys.length)).toEqual([2, 2, 1, 1]);
  });

  it("works on several batches at a time, and finishes those under way when one fails", async () => {
    await Promise.all(Array.from({ length: 6 }, () => crashed("removal", "-1 s", false)));
    let underWay = 0;
    let most = 0;
    let calls = 0;
    const s3 = storageWith(harness.s3, {
      async deleteMany(keys) {
        calls += 1;
        underWay += 1;
        most = Math.max(most, underWay);
        const isFirst = calls === 1;
        while (most < 3) await pause(1);
        underWay -= 1;
        if (isFirst) throw new RangeError("broken");
        return { deleted: [...keys], failed: [] };
      },
    });
    const maintenance = harness.maintenanceWith({ s3 });
    await expect(maintenance.sweep({ batchSize: 1, parallel: 3 })).rejects.toThrow("broken");
    expect(most).toBe(3);
    expect(underWay).toBe(0);
    const claimed = calls;
    expect(await harness.rows()).toHaveLength(6 - (claimed - 1));
    expect(await maintenance.sweep({ batchSize: 1 })).toMatchObject({ removed: 6 - claimed });
  });

  it("ends between two batches when its signal aborts", async () => {
    await Promise.all(Array.from({ length: 3 }, () => crashed("removal", "-1 s", false)));
    const controller = new AbortController();
    await expect(
      harness.maintenance.sweep({
        batchSize: 1,
        parallel: 1,
        signal: controller.signal,
        onProgress: () => {
          controller.abort();
        },
      }),
    ).rejects.toMatchObject({ code: "operation_aborted", retryable: false });
    expect(await harness.rows()).toHaveLength(2);
  });

  it("does nothing when its signal was aborted before, and refuses a batch of none", async () => {
    await crashed("removal", "-1 s", false);
    const { maintenance } = harness;
    await expect(maintenance.sweep({ signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "operation_aborted",
    });
    for (const options of [{ batchSize: 0 }, { batchSize: 1001 }, { parallel: 0 }]) {
      await expect(maintenance.sweep(options)).rejects.toMatchObject({ code: "invalid_input" });
    }
    expect(await harness.rows()).toHaveLength(1);
  });

  it("discards the multipart uploads of crashed uploads, and leaves those that run alone", async () => {
    const gone = `images/system/${uuidv7()}.png`;
    const expired = await crashed("upload", "-1 s", false);
    const running = await crashed("upload", "1 h", false);
    const foreign = "images/not-ours.png";
    for (const key of [gone, expired, running, foreign]) {
      await harness.s3.createMultipartUpload({ key, contentType: "image/png" });
    }
    expect(await harness.maintenance.sweep()).toMatchObject({ aborted: 2, failed: 0 });

    const left: string[] = [];
    for await (const { key } of harness.s3.listMultipartUploads()) left.push(key);
    expect(left.sort()).toEqual([foreign, running].sort());
  });

  it("finds the parts of crashed and direct uploads by their rows, where S3 lists exact keys only", async () => {
    const { database, s3 } = harness;
    const crashedKey = await crashed("upload", "-1 s", false);
    await s3.createMultipartUpload({ key: crashedKey, contentType: "image/png" });
    const scope = harness.store.forSystem();
    const announced = { byteSize: 20_000_000, contentType: "image/png" };
    await scope.images.createDirectUpload(announced);
    await scope.images.createDirectUpload({ byteSize: 5, contentType: "image/png" });
    // As a process leaves it that died before it stored the id of its multipart upload.
    await database.query(
      `UPDATE direct_uploads SET multipart_id = NULL, lease_expires_at = now() - interval '1 s'`,
    );

    const { storage, faults } = injectFaults(withExactListings(s3));
    const maintenance = harness.maintenanceWith({ s3: storage });
    expect(await maintenance.sweep()).toMatchObject({ abandoned: 1, removed: 2, aborted: 1 });
    const folders = 3;
    const listed = (): number =>
      faults.calls.filter(({ operation }) => operation === "listMultipartUploads").length;
    expect(listed()).toBe(folders + 1);
    await expireUnfinished(database);
    expect(await maintenance.sweep()).toMatchObject({ removed: 1, aborted: 1, failed: 0 });
    expect(listed()).toBe(2 * folders + 2);
    for await (const { key } of s3.listMultipartUploads({ prefix: crashedKey })) {
      throw new Error(`${key} has parts`);
    }
    expect(await harness.rows()).toEqual([]);
  });

  it("keeps the row of an upload whose parts S3 does not discard, for the next sweep", async () => {
    const key = await crashed("removal", "-1 s", true);
    await harness.s3.createMultipartUpload({ key, contentType: "image/png" });
    const { storage, faults } = injectFaults(withExactListings(harness.s3));
    faults.add({
      match: ({ operation }) => operation === "abortMultipartUpload",
      fault: { type: "error" },
    });
    const maintenance = harness.maintenanceWith({ s3: storage });
    expect(await maintenance.sweep()).toMatchObject({ removed: 0, failed: 1 });
    expect(await harness.rows()).toMatchObject([{ state: "removal", s3_key: key }]);
    expect(await harness.keys()).not.toContain(key);

    faults.clear();
    expect(await maintenance.sweep()).toMatchObject({ removed: 1, aborted: 1, failed: 0 });
    expect(await harness.rows()).toEqual([]);
  });

  it.each([
    ["S3 has no listing of multipart uploads", S3InvalidRequestError],
    ["the credentials may not list multipart uploads", S3AccessDeniedError],
  ])("ends a removal where %s", async (_why, Refusal) => {
    const key = await crashed("removal", "-1 s", true);
    const operation = "listMultipartUploads";
    const error = new Refusal({ operation, reason: "refused", outcome: "not_applied" });
    const { storage, faults } = injectFaults(harness.s3);
    faults.add({ match: operation, fault: { type: "error", error } });
    const { removed } = await harness.maintenanceWith({ s3: storage }).sweep();
    expect(removed).toBe(1);
    expect(await harness.rows()).toEqual([]);
    expect(await harness.keys()).not.toContain(key);
  });

  it("asks no further keys of a batch for parts once S3 fails to say", async () => {
    for (let count = 0; count < 20; count += 1) await crashed("removal", "-1 s", false);
    const { storage, faults } = injectFaults(harness.s3);
    faults.add({ match: "listMultipartUploads", fault: { type: "error" } });
    const maintenance = harness.maintenanceWith({ s3: storage });
    expect(await maintenance.sweep({ parallel: 1 })).toMatchObject({ removed: 0 });
    const folders = 3;
    const listed = faults.calls.filter(({ operation }) => operation === "listMultipartUploads");
    expect(listed.length - folders).toBeLessThan(20);
    faults.clear();
    expect(await maintenance.sweep()).toMatchObject({ removed: 20 });
  });

  it("asks S3 for no parts of deleted files", async () => {
    const { storage, faults } = injectFaults(new MemoryStorage());
    const scope = harness.storeWith({ s3: storage }).forSystem();
    const { file } = await uploadSample(scope, await sampleOf("png"));
    faults.add({ match: ({ operation }) => operation === "delete", fault: { type: "error" } });
    await expect(scope.images.delete(file.id)).rejects.toThrow();
    await expireUnfinished(harness.database);
    expect(await harness.maintenanceWith({ s3: storage }).sweep()).toMatchObject({ removed: 1 });
    const listings = faults.calls.filter(({ operation }) => operation === "listMultipartUploads");
    expect(listings).toHaveLength(3);
  });

  it("removes what came below staging/ when nothing knew it any more, some at a time", async () => {
    const late = Array.from({ length: 3 }, () => `staging/system/${uuidv7()}.upload`).sort();
    const scope = harness.store.forSystem();
    const direct = await scope.images.createDirectUpload({ byteSize: 5, contentType: "image/png" });
    const awaited = `staging/system/${direct.id}.upload`;
    const body = Buffer.from("bytes");
    for (const key of [...late, awaited]) {
      await harness.s3.put({ key, body, byteLength: 5, contentType: "image/png" });
    }
    const young = await harness.maintenance.sweep();
    expect(young).toMatchObject({ strays: 0, failed: 0 });
    const maintenance = harness.maintenanceWith({ s3: agedStorage(harness.s3, 1) });
    const counts: number[] = [];
    for (let sweep = 0; sweep < 3; sweep += 1) {
      counts.push((await maintenance.sweep({ stagedObjects: 2 })).strays);
    }
    expect(counts).toEqual([2, 1, 0]);
    expect((await harness.keys()).filter((key) => key.startsWith("staging/"))).toEqual([awaited]);
    await scope.images.cancelDirectUpload(direct.id);
  });
});
