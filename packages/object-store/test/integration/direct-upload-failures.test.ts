import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";

import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from "@jest/globals";
import type { Sample } from "@repo/sample-media";
import { QueryTypes, type Transaction } from "sequelize";
import { v7 as uuidv7 } from "uuid";

import type { DirectUpload, MediaScope } from "../../src/index.js";
import { injectFaults, type StorageFaults } from "../../src/testing.js";
import { sendPut } from "../support/direct-http.js";
import { type Harness, openHarness } from "../support/harness.js";
import { sampleOf } from "../support/samples.js";
import { storageWith } from "../support/storage-with.js";

let harness: Harness;
let faults: StorageFaults;
let userId: string;
let scope: MediaScope;
let png: Sample;
let direct: DirectUpload;

beforeAll(async () => {
  harness = await openHarness();
  png = await sampleOf("png");
});

beforeEach(async () => {
  const injected = injectFaults(harness.s3);
  ({ faults } = injected);
  userId = await harness.addUser();
  scope = harness.storeWith({ s3: injected.storage }).forUser(userId);
  direct = await scope.images.createDirectUpload({
    byteSize: png.bytes.byteLength,
    contentType: "image/png",
  });
  await sendPut(direct.put, png.bytes);
});

afterAll(() => harness.close());

/** Lets the claim of whoever completes the upload be another's, or over. */
async function setClaim(claim: string, seconds: number): Promise<void> {
  await harness.database.query(
    `UPDATE direct_uploads SET claim = '${claim}',
       claim_expires_at = clock_timestamp() + interval '${seconds} seconds'
     WHERE id = '${direct.id}'`,
  );
}

async function objectsOfFiles(): Promise<string[]> {
  return (await harness.keys()).filter((key) => key.startsWith("images/"));
}

describe("the completion of a direct upload", () => {
  it.each(["get", "copy"] as const)(
    "can be repeated after a failure of S3: %s",
    async (operation) => {
      faults.add({ match: operation, times: 1, fault: { type: "error" } });
      await expect(scope.images.completeDirectUpload(direct.id)).rejects.toMatchObject({
        code: "storage_unavailable",
        retryable: true,
      });
      expect(await scope.images.directUpload(direct.id)).toMatchObject({ status: "open" });
      expect(await objectsOfFiles()).toEqual([]);
      const { file } = await scope.images.completeDirectUpload(direct.id);
      expect(await scope.images.count()).toBe(1);
      await scope.images.delete(file.id);
    },
  );

  it("is not cut off by the bound on the silence of a body while S3 is slow", async () => {
    const slow = storageWith(harness.s3, {
      async get(key, options) {
        const object = await harness.s3.get(key, options);
        async function* late() {
          await sleep(1_500);
          yield* object.body as AsyncIterable<Uint8Array>;
        }
        return { ...object, body: Readable.from(late()) };
      },
    });
    const { images } = harness.storeWith({ s3: slow, sourceTimeoutSeconds: 1 }).forUser(userId);
    const { file } = await images.completeDirectUpload(direct.id);
    await images.delete(file.id);
  });

  it("waits for another's no longer than an upload may take", async () => {
    await setClaim("00000000-0000-7000-8000-0000000000c1", 600);
    const { images } = harness.storeWith({ uploadTimeoutSeconds: 1 }).forUser(userId);
    await expect(images.completeDirectUpload(direct.id)).rejects.toMatchObject({
      code: "upload_expired",
    });
  });

  it("leaves nothing of a copy whose answer was lost, and can be repeated", async () => {
    faults.add({ match: "copy", times: 1, fault: { type: "loseResponse" } });
    await expect(scope.images.completeDirectUpload(direct.id)).rejects.toMatchObject({
      code: "storage_unavailable",
    });
    expect(await objectsOfFiles()).toEqual([]);
    const { file } = await scope.images.completeDirectUpload(direct.id);
    expect(await objectsOfFiles()).toHaveLength(1);
    await scope.images.delete(file.id);
  });

  it("makes no file of a key to which an unanswered attempt may copy once more", async () => {
    faults.add({ match: "copy", times: 1, fault: { type: "unanswered" } });
    await expect(scope.images.completeDirectUpload(direct.id)).rejects.toMatchObject({
      code: "storage_unavailable",
      retryable: true,
    });
    expect(await objectsOfFiles()).toEqual([]);
    const [tombstone] = await harness.rows();
    expect(tombstone).toMatchObject({ state: "removal" });
    const { file } = await scope.images.completeDirectUpload(direct.id);
    expect(tombstone?.id).not.toBe(file.id);
    await scope.images.delete(file.id);
  });

  it("never copies what was not judged: an object that is replaced in between", async () => {
    const evil = Buffer.alloc(png.bytes.byteLength, "<script>");
    const replace = async (): Promise<void> => {
      expect(await sendPut(direct.put, evil)).toBe(200);
    };
    faults.add({ match: "copy", times: 1, fault: { type: "interleave", run: replace } });
    await expect(scope.images.completeDirectUpload(direct.id)).rejects.toMatchObject({
      code: "direct_upload_incomplete",
      retryable: true,
    });
    expect(await objectsOfFiles()).toEqual([]);
    await expect(scope.images.completeDirectUpload(direct.id)).rejects.toMatchObject({
      code: "unsupported_media_type",
    });
    expect(await scope.images.count()).toBe(0);
  });

  it("is undone when another has taken it over", async () => {
    const takeOver = (): Promise<void> => setClaim(uuidv7(), 60);
    faults.add({ match: "copy", times: 1, fault: { type: "interleave", run: takeOver } });
    await expect(scope.images.completeDirectUpload(direct.id)).rejects.toMatchObject({
      code: "upload_expired",
    });
    expect(await objectsOfFiles()).toEqual([]);
    expect(await scope.images.count()).toBe(0);
    expect(await scope.images.directUpload(direct.id)).toMatchObject({ status: "completing" });
  });

  it("waits for another, and takes over when that one dies", async () => {
    await setClaim(uuidv7(), 1);
    expect(await scope.images.directUpload(direct.id)).toMatchObject({ status: "completing" });
    const { file } = await scope.images.completeDirectUpload(direct.id);
    await scope.images.delete(file.id);
  });

  it("is not swept from under its holder when the time to begin it is over", async () => {
    await harness.database.query(
      `UPDATE direct_uploads SET lease_expires_at = clock_timestamp() + interval '1 second'`,
    );
    const outlive = async (): Promise<void> => {
      await sleep(1_100);
      await harness.maintenance.sweep();
    };
    faults.add({ match: "copy", times: 1, fault: { type: "interleave", run: outlive } });
    const { file } = await scope.images.completeDirectUpload(direct.id);
    await scope.images.delete(file.id);
  });

  it("is kept from the sweep by its renewals, for as long as it runs", async () => {
    const outlive = async (): Promise<void> => {
      await harness.database.query(
        `UPDATE direct_uploads SET lease_expires_at = clock_timestamp() + interval '4 seconds'`,
      );
      await sleep(4_500);
      await harness.maintenance.sweep();
    };
    const injected = injectFaults(harness.s3);
    injected.faults.add({ match: "copy", times: 1, fault: { type: "interleave", run: outlive } });
    const patient = harness.storeWith({ s3: injected.storage, leaseSeconds: 10 }).forUser(userId);
    const { file } = await patient.images.completeDirectUpload(direct.id);
    await scope.images.delete(file.id);
  });

  it("ends with a cancellation that comes in between", async () => {
    const cancel = (): Promise<void> => scope.images.cancelDirectUpload(direct.id);
    faults.add({ match: "copy", times: 1, fault: { type: "interleave", run: cancel } });
    await expect(scope.images.completeDirectUpload(direct.id)).rejects.toMatchObject({
      code: "upload_expired",
    });
    expect(await objectsOfFiles()).toEqual([]);
    expect(await scope.images.directUpload(direct.id)).toMatchObject({ status: "expired" });
  });
});

describe("a completion that fails in a caller's transaction", () => {
  /** A scope whose completions meet this just before they are recorded. */
  function meeting(run: () => Promise<unknown>): MediaScope {
    const s3 = storageWith(harness.s3, {
      presignGet: async (...call) => {
        await run();
        return harness.s3.presignGet(...call);
      },
    });
    const logger = { warn: (message: string) => void warnings.push(message) };
    return harness.storeWith({ s3, logger }).forUser(userId);
  }

  let warnings: string[];
  beforeEach(() => {
    warnings = [];
  });

  /** At once: a call that waits for a lock of its own caller's ends with a warning. */
  async function expectExpired(failing: MediaScope, transaction: Transaction): Promise<void> {
    await expect(
      failing.images.completeDirectUpload(direct.id, { transaction }),
    ).rejects.toMatchObject({ code: "upload_expired" });
    expect(warnings).toEqual([]);
  }

  it("leaves nothing in it when its file was taken over, and can be repeated there", async () => {
    const failing = meeting(() =>
      harness.database.query("UPDATE object_store_journal SET purpose = 'removal'"),
    );
    const transaction = await harness.database.transaction();
    await expectExpired(failing, transaction);
    expect(await scope.images.directUpload(direct.id)).toMatchObject({ status: "open" });
    const { file } = await scope.images.completeDirectUpload(direct.id, { transaction });
    await transaction.commit();
    expect(await scope.images.directUpload(direct.id)).toMatchObject({ fileId: file.id });
    expect((await scope.images.list()).items).toMatchObject([{ id: file.id }]);
    expect(await objectsOfFiles()).toHaveLength(1);
    await scope.images.delete(file.id);
  });

  it.each(["commit", "rollback"] as const)(
    "leaves no file when it lost its claim, after a %s",
    async (end) => {
      const transaction = await harness.database.transaction();
      await expectExpired(
        meeting(() => setClaim(uuidv7(), 60)),
        transaction,
      );
      await transaction[end]();
      expect(await scope.images.directUpload(direct.id)).toMatchObject({
        status: "completing",
        fileId: null,
      });
      expect(await scope.images.count()).toBe(0);
      expect(await objectsOfFiles()).toEqual([]);
    },
  );

  it("gives its claim back also when the rollback fails with its connection", async () => {
    const transaction = await harness.database.transaction();
    await scope.images.completeDirectUpload(direct.id, { transaction });
    const [backend] = await harness.database.query<{ pid: number }>(
      "SELECT pg_backend_pid() AS pid",
      { type: QueryTypes.SELECT, transaction },
    );
    await harness.database.query(`SELECT pg_terminate_backend(${backend?.pid}, 5000)`);
    const warn = jest.spyOn(console, "warn").mockReturnValue();
    await expect(transaction.rollback()).rejects.toThrow();
    const warnings = [...warn.mock.calls];
    warn.mockRestore();
    expect(warnings).toEqual([[expect.stringContaining("failed with error")]]);
    expect(await scope.images.directUpload(direct.id)).toMatchObject({ status: "open" });
    const { file } = await scope.images.completeDirectUpload(direct.id);
    expect(await objectsOfFiles()).toHaveLength(1);
    await scope.images.delete(file.id);
  });

  it("is a matter of its own: what else the transaction does stays", async () => {
    const failing = meeting(() => setClaim(uuidv7(), 60));
    const transaction = await harness.database.transaction();
    const [kept, failed] = await Promise.allSettled([
      scope.images.upload({ body: png.bytes }, { transaction }),
      failing.images.completeDirectUpload(direct.id, { transaction }),
    ]);
    expect([kept.status, failed.status]).toEqual(["fulfilled", "rejected"]);
    await transaction.commit();
    expect(await scope.images.count()).toBe(1);
    await harness.database.query("DELETE FROM images");
  });
});

it("discards the parts of an upload that nobody completed", async () => {
  await scope.images.cancelDirectUpload(direct.id);
  await scope.images.createDirectUpload(
    { byteSize: 9_000_000, contentType: "image/png" },
    { multipart: true },
  );
  const uploads = async (): Promise<number> => {
    let count = 0;
    for await (const { key } of harness.s3.listMultipartUploads({ prefix: "staging/" })) {
      if (key !== "") count += 1;
    }
    return count;
  };
  await harness.maintenance.sweep();
  expect(await uploads()).toBe(1);
  await harness.database.query("UPDATE direct_uploads SET lease_expires_at = now()");
  await harness.maintenance.sweep();
  expect(await uploads()).toBe(0);
});
