import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import type { ListedObject } from "@repo/s3-provider";
import { v7 as uuidv7 } from "uuid";

import type { AuditFinding, AuditOptions } from "../../src/maintenance.js";
import type { StorageClient } from "../../src/testing.js";
import { agedStorage } from "../support/aged-storage.js";
import { collect } from "../support/bytes.js";
import { type Harness, openHarness } from "../support/harness.js";
import { sampleOf, uploadSample } from "../support/samples.js";
import { addUnfinished } from "../support/unfinished.js";

let harness: Harness;
let old: StorageClient;
let userId: string;

beforeAll(async () => {
  harness = await openHarness();
  old = agedStorage(harness.s3, 3);
  userId = await harness.addUser();
});

afterEach(async () => {
  for (const table of ["images", "audio", "object_store_journal"])
    await harness.database.query(`DELETE FROM ${table}`);
  await harness.s3.deleteMany(await harness.keys());
});

afterAll(async () => {
  await harness.close();
});

const CLEAN = {
  versioning: "off",
  objectLock: "off",
  orphans: 0,
  missingObjects: 0,
  sizeMismatches: 0,
  deadRows: 0,
  tooYoung: 0,
  foreign: 0,
  fixed: 0,
  notFixed: 0,
};

/** The report of an audit that takes every object for old, and what it found. */
async function audit(options: AuditOptions = {}, s3 = old) {
  const findings: AuditFinding[] = [];
  const report = await harness.maintenanceWith({ s3 }).audit({
    onFinding: (finding) => void findings.push(finding),
    ...options,
  });
  return { report, findings };
}

async function putObject(key: string, text = "bytes"): Promise<void> {
  const body = Buffer.from(text);
  await harness.s3.put({ key, body, byteLength: body.byteLength, contentType: "image/png" });
}

/** Stored files of both kinds, of a user and of the system. */
async function storeSome(): Promise<{ key: string; id: string }[]> {
  const scopes = [harness.store.forUser(userId), harness.store.forSystem()];
  for (const scope of scopes) {
    for (const format of ["png", "gif", "mp3"] as const) {
      await uploadSample(scope, await sampleOf(format));
    }
  }
  return (await harness.rows()).map(({ id, s3_key: key }) => ({ id, key }));
}

const orphanKey = (): string => `images/users/${userId}/${uuidv7()}.png`;

describe("an audit", () => {
  it("finds nothing where every row has its object and every object its row", async () => {
    await storeSome();
    expect(await audit()).toEqual({ report: { ...CLEAN, objects: 6, rows: 6 }, findings: [] });
  });

  it("reports orphans, missing objects and other sizes, and changes nothing", async () => {
    const files = await storeSome();
    const [first, second] = files;
    const orphans = [`audio/system/${uuidv7()}.mp3`, orphanKey(), orphanKey()];
    for (const key of orphans) await putObject(key);
    await harness.s3.delete(first?.key ?? "");
    await putObject(second?.key ?? "", "other");
    const [keys, rows] = [await harness.keys(), await harness.rows()];

    const { report, findings } = await audit();
    expect(report).toEqual({
      ...CLEAN,
      objects: 8,
      rows: 6,
      orphans: 3,
      missingObjects: 1,
      sizeMismatches: 1,
    });
    const found = (kind: string): AuditFinding[] =>
      findings.filter(({ finding }) => finding === kind);
    expect(found("orphan").map(({ key }) => key)).toEqual(orphans.toSorted());
    expect(found("orphan")[0]).toMatchObject({ byteSize: 5, action: "kept" });
    expect(found("missing_object")).toMatchObject([{ key: first?.key, fileId: first?.id }]);
    expect(found("size_mismatch")).toMatchObject([{ fileId: second?.id, objectByteSize: 5 }]);
    expect(await harness.keys()).toEqual(keys);
    expect(await harness.rows()).toEqual(rows);
  });

  it("reports rows that nobody sweeps, and leaves those of running uploads alone", async () => {
    const leases = { dead: "-61 min", expired: "-59 min", running: "10 min" };
    for (const lease of Object.values(leases)) {
      const { key } = await addUnfinished(harness.database, { purpose: "upload", lease });
      await putObject(key);
    }
    const { report, findings } = await audit({ fix: true });
    expect(report).toEqual({ ...CLEAN, objects: 3, rows: 0, deadRows: 1 });
    expect(findings).toMatchObject([{ finding: "dead_row", purpose: "upload", action: "kept" }]);
  });

  it("passes over keys that are not the module's", async () => {
    for (const key of ["images/logo.png", "audio/é.mp3", "backup/x", "images0/y"]) {
      await putObject(key);
    }
    expect((await audit({ fix: true })).report).toEqual({
      ...CLEAN,
      objects: 0,
      rows: 0,
      foreign: 2,
    });
    expect(await harness.keys()).toHaveLength(4);
  });

  it("leaves objects alone that are younger than the longest possible upload", async () => {
    const key = orphanKey();
    await putObject(key);
    const { report, findings } = await audit({ fix: true }, harness.s3);
    expect(report).toEqual({ ...CLEAN, objects: 1, rows: 0, tooYoung: 1 });
    expect(findings).toEqual([]);
    expect(await harness.keys()).toEqual([key]);
    await expect(audit({ minAgeSeconds: 172_799 })).rejects.toMatchObject({
      code: "invalid_input",
    });
  });

  it("does not take files for faults that come and go meanwhile", async () => {
    const files = await storeSome();
    const gone = files.at(-1)?.id ?? "";
    const s3 = old;
    let isFirst = true;
    async function* listing(): AsyncGenerator<ListedObject> {
      for (const folder of ["audio/", "images/"]) {
        for await (const object of s3.list({ prefix: folder })) {
          if (isFirst) {
            isFirst = false;
            const mine = harness.store.forUser(userId);
            await mine.images.delete(gone);
            await uploadSample(mine, await sampleOf("webp"));
          }
          yield object;
        }
      }
    }
    const { findings } = await audit({ listing: listing(), fix: true });
    expect(findings).toEqual([]);
  });
});

describe("an audit that may fix", () => {
  it("moves orphans to the quarantine", async () => {
    await storeSome();
    const key = orphanKey();
    await putObject(key, "precious");
    const s3 = agedStorage(harness.s3, 3);
    const { report, findings } = await audit({ fix: true }, s3);
    expect(report).toMatchObject({ orphans: 1, fixed: 1, notFixed: 0 });
    expect(findings).toMatchObject([{ key, action: "quarantined" }]);
    expect(await harness.keys()).not.toContain(key);
    const { body } = await harness.s3.get(`quarantine/${key}`);
    expect((await collect(body)).toString()).toBe("precious");
    expect((await audit()).report).toMatchObject({ ...CLEAN, objects: 6, rows: 6 });
  });

  it("keeps a row without object as JSON and leaves it to the sweep", async () => {
    const [file] = await storeSome();
    const key = file?.key ?? "";
    await harness.s3.delete(key);
    const { report } = await audit({ fix: true });
    expect(report).toMatchObject({ missingObjects: 1, fixed: 1 });

    const { body } = await harness.s3.get(`quarantine/${key}.json`);
    const kept = JSON.parse((await collect(body)).toString()) as object;
    expect(kept).toMatchObject({ id: file?.id, s3Key: key, contentType: "audio/mpeg" });
    expect(await harness.maintenance.sweep()).toMatchObject({ removed: 1 });
    expect((await audit()).report).toMatchObject({ ...CLEAN, objects: 5, rows: 5 });
  });

  it("passes over a row that somebody else holds", async () => {
    const [file] = await storeSome();
    await harness.s3.delete(file?.key ?? "");
    const transaction = await harness.database.transaction();
    await harness.store.forSystem().audio.delete(file?.id ?? "", { transaction });
    const { report, findings } = await audit({ fix: true });
    expect(report).toMatchObject({ missingObjects: 1, fixed: 0, notFixed: 1 });
    expect(findings).toMatchObject([{ action: "failed" }]);
    await transaction.rollback();
  });

  it("acts no more often than it may", async () => {
    for (let count = 0; count < 3; count += 1) await putObject(orphanKey());
    const { report, findings } = await audit({ fix: true, maxFixes: 2 });
    expect(report).toMatchObject({ orphans: 3, fixed: 2, notFixed: 1 });
    expect(findings.map(({ action }) => action)).toEqual(["quarantined", "quarantined", "kept"]);
  });
});

describe("an audit's options", () => {
  it("refuse a listing whose keys do not ascend", async () => {
    async function* listing(): AsyncGenerator<ListedObject> {
      for (const id of ["1", "0"]) {
        const key = `images/system/${uuidv7().replace(/^./, id)}.png`;
        yield await Promise.resolve({ key, byteLength: 1, lastModified: new Date(), etag: '"e"' });
      }
    }
    await expect(audit({ listing: listing() })).rejects.toMatchObject({ code: "invalid_input" });
  });

  it("end it by a signal, or by an error of a listener's", async () => {
    await storeSome();
    await putObject(orphanKey());
    const signal = AbortSignal.abort();
    await expect(audit({ signal })).rejects.toMatchObject({ code: "operation_aborted" });
    const onFinding = (): never => {
      throw new RangeError("enough");
    };
    await expect(audit({ onFinding })).rejects.toThrow(RangeError);
    expect((await audit()).report).toMatchObject({ orphans: 1 });
  });

  it("end it by a signal in the middle of a listing that has no file of ours", async () => {
    const ending = new AbortController();
    let given = 0;
    let isReturned = false;
    async function* endless(): AsyncGenerator<ListedObject, void, undefined> {
      try {
        for (;;) {
          given += 1;
          if (given === 100) ending.abort();
          const key = await Promise.resolve(`images/foreign-${String(given).padStart(9, "0")}`);
          yield { key, byteLength: 1, lastModified: new Date(), etag: '"etag"' };
          if (given > 200) return;
        }
      } finally {
        isReturned = true;
      }
    }
    const call = audit({ listing: endless(), signal: ending.signal });
    await expect(call).rejects.toMatchObject({ code: "operation_aborted" });
    expect({ given, isReturned }).toEqual({ given: 100, isReturned: true });
  });

  it("tell of its progress after every thousand keys, whichever side has them", async () => {
    await storeSome();
    async function* young(count: number): AsyncGenerator<ListedObject, void, undefined> {
      for (let number = 0; number < count; number += 1) {
        const id = `00000000-0000-7000-8000-${number.toString(16).padStart(12, "0")}`;
        const key = `audio/system/${id}.mp3`;
        yield await Promise.resolve({
          key,
          byteLength: 1,
          lastModified: new Date(),
          etag: '"etag"',
        });
      }
    }
    // Behind these keys there are only rows; the last report is the whole one.
    for (const count of [1000, 998]) {
      const progress: number[] = [];
      await audit({ listing: young(count), onProgress: ({ objects }) => progress.push(objects) });
      expect(progress).toEqual([count, count]);
    }
  });
});
