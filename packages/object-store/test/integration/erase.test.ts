import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { S3UnavailableError } from "@repo/s3-provider";
import { v7 as uuidv7 } from "uuid";

import type { MediaScope } from "../../src/index.js";
import type { ErasureLine } from "../../src/maintenance.js";
import { injectFaults } from "../../src/testing.js";
import { sendPut } from "../support/direct-http.js";
import { withExactListings } from "../support/exact-uploads.js";
import { type Harness, openHarness } from "../support/harness.js";
import { sampleOf, uploadSample } from "../support/samples.js";
import { storageWith } from "../support/storage-with.js";
import { addUnfinished, expireUnfinished } from "../support/unfinished.js";

let harness: Harness;
let userId: string;
let scope: MediaScope;

beforeAll(async () => {
  harness = await openHarness();
});

beforeEach(async () => {
  userId = await harness.addUser();
  scope = harness.store.forUser(userId);
});

afterAll(async () => {
  await harness.close();
});

async function unfinished(purpose: "upload" | "removal", lease: string): Promise<string> {
  const { key } = await addUnfinished(harness.database, { purpose, lease, userId });
  await putObject(key);
  return key;
}

async function putObject(key: string): Promise<void> {
  const body = Buffer.from("bytes");
  await harness.s3.put({ key, body, byteLength: body.byteLength, contentType: "image/png" });
}

const left = async (): Promise<{ keys: string[]; rows: string[] }> => ({
  keys: (await harness.keys()).filter((key) => key.includes(userId)),
  rows: (await harness.rows()).map((row) => row.s3_key).filter((key) => key.includes(userId)),
});

const outcomes = (lines: readonly ErasureLine[]): Record<string, string> =>
  Object.fromEntries(lines.map(({ key, was, outcome }) => [key, `${was} ${outcome}`]));

describe("the erasure of a user", () => {
  it("removes every file and gives a receipt of each", async () => {
    const png = await uploadSample(scope, await sampleOf("png"));
    const mp3 = await uploadSample(scope, await sampleOf("mp3"));
    const other = await uploadSample(harness.store.forSystem(), await sampleOf("png"));

    const receipt = await harness.maintenance.eraseUser(userId.toUpperCase());
    expect(receipt).toEqual({
      userId,
      startedAt: expect.any(Date),
      finishedAt: expect.any(Date),
      complete: true,
      versioning: "off",
      lines: [png, mp3].map(({ file }) => ({
        key: expect.stringContaining(`/users/${userId}/${file.id}.`),
        versionId: null,
        kind: file.kind,
        fileId: file.id,
        was: "file",
        byteSize: file.byteSize,
        sha256: file.sha256,
        outcome: "erased",
        until: null,
        retention: null,
        errorCode: null,
        constraint: null,
      })),
    });
    expect(await left()).toEqual({ keys: [], rows: [] });
    await harness.database.query(`DELETE FROM users WHERE id = '${userId}'`);
    expect(await harness.store.forSystem().images.exists(other.file.id)).toBe(true);
  });

  it("finishes what crashed, and leaves a tombstone where a request may be on its way", async () => {
    const running = await unfinished("upload", "5 min");
    const crashed = await unfinished("upload", "-1 s");
    const dead = await unfinished("removal", "-1 s");
    const tombstone = await unfinished("removal", "5 min");
    const { lines, complete } = await harness.maintenance.eraseUser(userId);
    expect(outcomes(lines)).toEqual({
      [running]: "upload tombstone",
      [crashed]: "upload tombstone",
      [dead]: "removal erased",
      [tombstone]: "removal tombstone",
    });
    expect(complete).toBe(false);
    expect((await left()).keys).toEqual([]);

    await expireUnfinished(harness.database);
    await harness.maintenance.sweep();
    expect(await harness.maintenance.eraseUser(userId)).toMatchObject({
      complete: true,
      lines: [],
    });
    expect(await left()).toEqual({ keys: [], rows: [] });
  });

  it("makes an upload that is under way fail, whatever its size", async () => {
    const { bytes } = await sampleOf("png");
    async function* body(): AsyncGenerator<Uint8Array> {
      yield bytes.subarray(0, bytes.byteLength - 1);
      const { lines } = await harness.maintenance.eraseUser(userId);
      expect(lines).toMatchObject([{ was: "upload", outcome: "tombstone" }]);
      yield bytes.subarray(bytes.byteLength - 1);
    }
    await expect(scope.images.upload({ body: body() })).rejects.toMatchObject({
      code: "upload_expired",
    });
    expect((await left()).keys).toEqual([]);
  });

  it("removes objects without rows, parts of objects, and what an audit kept", async () => {
    const orphan = `images/users/${userId}/${uuidv7()}.png`;
    const foreign = `audio/users/${userId}/notes.txt`;
    const kept = `quarantine/audio/users/${userId}/${uuidv7()}.mp3.json`;
    for (const key of [orphan, foreign, kept]) await putObject(key);
    await harness.s3.createMultipartUpload({ key: orphan, contentType: "image/png" });

    const { lines, complete } = await harness.maintenance.eraseUser(userId);
    expect(complete).toBe(true);
    expect(outcomes(lines)).toEqual({
      [orphan]: "orphan erased",
      [foreign]: "orphan erased",
      [kept]: "quarantined erased",
    });
    expect(lines.map(({ fileId }) => fileId)).toEqual([null, null, null]);
    expect((await left()).keys).toEqual([]);
    for await (const upload of harness.s3.listMultipartUploads()) {
      expect(upload.key).not.toContain(userId);
    }
  });

  it("finds parts by the rows, where S3 lists them for an exact key only", async () => {
    const crashed = await unfinished("upload", "-1 s");
    await harness.s3.createMultipartUpload({ key: crashed, contentType: "image/png" });
    const announced = { byteSize: 20_000_000, contentType: "image/png" };
    const direct = await scope.images.createDirectUpload(announced);
    expect(direct.parts).toHaveLength(3);

    const s3 = withExactListings(harness.s3);
    await harness.maintenanceWith({ s3 }).eraseUser(userId);
    for await (const upload of harness.s3.listMultipartUploads()) {
      expect(upload.key).not.toContain(userId);
    }
  });

  it("says which unfinished upload may have left parts, and finishes it when it is repeated", async () => {
    const crashed = await unfinished("removal", "-1 s");
    await harness.s3.createMultipartUpload({ key: crashed, contentType: "image/png" });
    const { storage, faults } = injectFaults(withExactListings(harness.s3));
    faults.add({
      match: ({ operation }) => operation === "abortMultipartUpload",
      fault: { type: "error" },
    });
    const failed = await harness.maintenanceWith({ s3: storage }).eraseUser(userId);
    expect(failed.complete).toBe(false);
    expect(failed.lines).toContainEqual(
      expect.objectContaining({ key: crashed, outcome: "failed", errorCode: "s3_unavailable" }),
    );

    faults.clear();
    const again = await harness.maintenanceWith({ s3: storage }).eraseUser(userId);
    expect(again).toMatchObject({ complete: true, lines: [{ key: crashed, outcome: "erased" }] });
    for await (const upload of harness.s3.listMultipartUploads()) {
      expect(upload.key).not.toContain(userId);
    }
  });

  it("is not complete while a request that was signed for a direct upload works", async () => {
    const { bytes } = await sampleOf("png");
    const announced = { byteSize: bytes.byteLength, contentType: "image/png" };
    const direct = await scope.images.createDirectUpload(announced, { expiresIn: 86_400 });
    const { lines } = await harness.maintenance.eraseUser(userId);
    expect(lines).toMatchObject([{ kind: "direct_upload", was: "upload", outcome: "tombstone" }]);
    const pass = (time: string): Promise<unknown> =>
      harness.database.query(
        `UPDATE object_store_journal SET lease_expires_at = lease_expires_at - interval '${time}',
           settled_at = settled_at - interval '${time}'`,
      );
    await pass("24 h");
    await harness.maintenance.sweep();
    expect(await harness.maintenance.eraseUser(userId)).toMatchObject({ complete: false });
    expect(await sendPut(direct.put, bytes)).toBe(200);

    await pass("1 h");
    await harness.maintenance.sweep();
    expect(await harness.maintenance.eraseUser(userId)).toMatchObject({ complete: true });
    expect(await left()).toEqual({ keys: [], rows: [] });
  });

  it("lets no direct upload become a file once it has begun", async () => {
    const { bytes } = await sampleOf("png");
    const announced = { byteSize: bytes.byteLength, contentType: "image/png" };
    const direct = await scope.images.createDirectUpload(announced);
    expect(await sendPut(direct.put, bytes)).toBe(200);
    const answers: unknown[] = [];
    const s3 = storageWith(harness.s3, {
      listMultipartUploads: async function* (options) {
        const completion = scope.images.completeDirectUpload(direct.id);
        answers.push(await completion.catch((error: unknown) => error));
        yield* harness.s3.listMultipartUploads(options);
      },
    });
    await harness.maintenanceWith({ s3 }).eraseUser(userId);
    expect(answers).not.toEqual([]);
    for (const answer of answers) expect(answer).toMatchObject({ code: "direct_upload_not_found" });
    expect(await scope.images.count()).toBe(0);
    expect((await left()).keys).toEqual([]);
  });

  it("says what it could not remove, and finishes when it is repeated", async () => {
    const { file } = await uploadSample(scope, await sampleOf("png"));
    const error = new S3UnavailableError({
      operation: "deleteMany",
      reason: "down",
      outcome: "unknown",
    });
    const s3 = storageWith(harness.s3, {
      deleteMany: (keys) =>
        Promise.resolve({ deleted: [], failed: keys.map((key) => ({ key, error })) }),
    });
    const heard: ErasureLine[] = [];
    const failed = await harness.maintenanceWith({ s3 }).eraseUser(userId, {
      onLine: (line) => void heard.push(line),
    });
    expect(failed).toMatchObject({
      complete: false,
      lines: [{ outcome: "failed", errorCode: "s3_unavailable" }],
    });
    expect(heard).toEqual(failed.lines);
    await expect(scope.images.get(file.id)).rejects.toMatchObject({ code: "file_not_found" });

    await expireUnfinished(harness.database);
    expect(await harness.maintenance.eraseUser(userId)).toMatchObject({ complete: true });
    expect(await left()).toEqual({ keys: [], rows: [] });
  });

  it("passes over files that a transaction holds, and is not complete then", async () => {
    const { file } = await uploadSample(scope, await sampleOf("png"));
    const transaction = await harness.database.transaction();
    await scope.images.delete(file.id, { transaction });
    expect(await harness.maintenance.eraseUser(userId)).toMatchObject({
      complete: false,
      lines: [],
    });
    await transaction.rollback();
    expect(await harness.maintenance.eraseUser(userId)).toMatchObject({ complete: true });
  });

  it("ends by a signal, and refuses what is no user's id", async () => {
    const { maintenance } = harness;
    await expect(
      maintenance.eraseUser(userId, { signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ code: "operation_aborted" });
    await expect(maintenance.eraseUser("alice")).rejects.toMatchObject({ code: "invalid_input" });
  });
});
