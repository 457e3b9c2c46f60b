import { setTimeout as sleep } from "node:timers/promises";

import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { FaultRequest } from "@repo/local-s3";
import { sizedMedia } from "@repo/sample-media";

import type { MediaScope, UploadOptions } from "../../src/index.js";
import { sendPut } from "../support/direct-http.js";
import { faultyS3 } from "../support/faulty-s3.js";
import { sampleOf } from "../support/samples.js";

const { harness, faults } = faultyS3();

let userId: string;
let scope: MediaScope;
const heldBack: (() => void)[] = [];

beforeEach(async () => {
  await harness().database.query("DELETE FROM images; DELETE FROM object_store_journal");
  await harness().s3.deleteMany(await harness().keys());
  userId = await harness().addUser();
  scope = harness().store.forUser(userId);
});

afterEach(() => {
  for (const land of heldBack.splice(0)) land();
});

/** Holds the next request of this operation back, unanswered; what it gives lets it land. */
function holdBack(operation: FaultRequest["operation"]): () => void {
  let land = (): void => undefined;
  const until = new Promise<void>((resolve) => (land = resolve));
  heldBack.push(land);
  const match = (request: FaultRequest): boolean => request.operation === operation;
  faults().add({ match, times: 1, fault: { type: "landLate", until } });
  return land;
}

async function upload(options: UploadOptions = {}): Promise<string> {
  const { bytes } = await sampleOf("png");
  return (await scope.images.upload({ body: bytes }, options)).file.id;
}

/** A file that was stored by a repeated PUT, whose first one has been held back. */
async function uploadTwice(
  options: UploadOptions = {},
): Promise<{ id: string; land: () => Promise<void> }> {
  const letGo = holdBack("PutObject");
  const id = await upload(options);
  const land = async (): Promise<void> => {
    letGo();
    while ((await harness().keys()).length === 0) await sleep(20);
  };
  return { id, land };
}

interface JournalRow {
  id: string;
  purpose: string;
  settled_at: Date;
  is_open: boolean;
}

async function journal(): Promise<JournalRow[]> {
  const [rows] = await harness().database.query(
    `SELECT id, purpose, settled_at, settled_at > now() + interval '10 min' AS is_open
     FROM object_store_journal`,
  );
  return rows as JournalRow[];
}

async function age(column: "lease_expires_at" | "settled_at"): Promise<void> {
  await harness().database.query(
    `UPDATE object_store_journal SET ${column} = now() - interval '1 s'`,
  );
}

/** A late object comes, and goes with the sweep; the row goes when nothing can come any more. */
async function expectSwept(id: string, land: () => Promise<void>): Promise<void> {
  expect(await harness().keys()).toEqual([]);
  expect(await journal()).toMatchObject([{ id, purpose: "removal", is_open: true }]);
  await land();
  expect(await harness().maintenance.audit({ fix: true })).toMatchObject({ orphans: 0 });

  await age("lease_expires_at");
  expect(await harness().maintenance.sweep()).toMatchObject({ removed: 0, failed: 0 });
  expect(await harness().keys()).toEqual([]);
  expect(await journal()).toMatchObject([{ id, purpose: "removal", is_open: true }]);

  await age("lease_expires_at");
  await age("settled_at");
  expect(await harness().maintenance.sweep()).toMatchObject({ removed: 1, failed: 0 });
  expect(await journal()).toEqual([]);
}

describe("a PUT that lands after its repetition succeeded and the file went", () => {
  it("by its deletion is swept", async () => {
    const { id, land } = await uploadTwice();
    await scope.images.delete(id);
    await expectSwept(id, land);
  });

  it("by a deletion of many is swept, and the others leave no row", async () => {
    const { id, land } = await uploadTwice();
    const others = [await upload(), await upload()];
    const results = await scope.images.deleteMany([others[0] ?? "", id, others[1] ?? ""]);
    expect(results.map(({ deleted }) => deleted)).toEqual([true, true, true]);
    await expectSwept(id, land);
  });

  it("by a deletion in the caller's transaction is swept", async () => {
    const { id, land } = await uploadTwice();
    await harness().database.transaction((transaction) => scope.images.delete(id, { transaction }));
    await expectSwept(id, land);
  });

  it("by the erasure of its user is swept, and the receipt says until when it may come", async () => {
    const { id, land } = await uploadTwice();
    const other = await upload();
    const { lines, complete } = await harness().maintenance.eraseUser(userId);
    const [row] = await journal();
    expect(complete).toBe(false);
    expect(lines.map(({ fileId, was, outcome, until }) => [fileId, was, outcome, until])).toEqual([
      [id, "file", "tombstone", row?.settled_at],
      [other, "file", "erased", null],
    ]);

    const again = await harness().maintenance.eraseUser(userId);
    expect(again).toMatchObject({
      complete: false,
      lines: [{ fileId: id, was: "removal", outcome: "tombstone", until: row?.settled_at }],
    });
    await expectSwept(id, land);
    expect(await harness().maintenance.eraseUser(userId)).toMatchObject({
      complete: true,
      lines: [],
    });
  });

  it("by a rollback of the transaction that stored it is swept", async () => {
    const transaction = await harness().database.transaction();
    const { id, land } = await uploadTwice({ transaction });
    await transaction.rollback();
    await expectSwept(id, land);
  });

  it("is removed at once by a repeated deletion", async () => {
    const { id, land } = await uploadTwice();
    await scope.images.delete(id);
    await land();
    await scope.images.delete(id);
    expect(await harness().keys()).toEqual([]);
    expect(await journal()).toMatchObject([{ id, is_open: true }]);
  });

  it("changes nothing while the file is there", async () => {
    const { id, land } = await uploadTwice();
    await land();
    await harness().maintenance.sweep();
    expect((await scope.images.get(id)).id).toBe(id);
    expect(await harness().keys()).toHaveLength(1);
    expect(await journal()).toEqual([]);
  });
});

describe("any other request that makes an object and is not answered", () => {
  it.each(["delete", "deleteMany"] as const)("is remembered for %s: of parts", async (method) => {
    const match = ({ operation }: FaultRequest): boolean => operation === "CompleteMultipartUpload";
    faults().add({ match, times: 1, fault: { type: "loseResponse" } });
    const { file } = await scope.audio.upload({ body: sizedMedia("wav", 9_000_000) });
    if (method === "delete") await scope.audio.delete(file.id);
    else await scope.audio.deleteMany([file.id]);
    expect(await journal()).toMatchObject([{ id: file.id, purpose: "removal", is_open: true }]);
  });

  it("makes no file of a direct upload's copy, and is remembered", async () => {
    const { bytes } = await sampleOf("png");
    const announced = { byteSize: bytes.byteLength, contentType: "image/png" };
    const { id, put } = await scope.images.createDirectUpload(announced);
    await sendPut(put, bytes);
    const match = ({ operation }: FaultRequest): boolean => operation === "CopyObject";
    faults().add({ match, times: 1, fault: { type: "loseResponse" } });
    await expect(scope.images.completeDirectUpload(id)).rejects.toMatchObject({
      code: "storage_unavailable",
    });
    const removals = await journal();
    expect(removals).toMatchObject([{ purpose: "removal", is_open: true }]);
    const { file } = await scope.images.completeDirectUpload(id);
    await scope.images.delete(file.id);
    expect(await journal()).toEqual(removals);
  });
});

describe("a file whose requests were all answered", () => {
  it.each([
    ["at once", undefined],
    ["with a refusal first", { type: "error", status: 503, code: "SlowDown" } as const],
  ])("leaves no row: %s", async (_how, fault) => {
    const match = ({ operation }: FaultRequest): boolean => operation === "PutObject";
    if (fault !== undefined) faults().add({ match, times: 1, fault });
    const ids = [await upload(), await upload(), await upload()];
    await scope.images.delete(ids[0] ?? "");
    await scope.images.deleteMany([ids[1] ?? ""]);
    expect(await journal()).toEqual([]);
    expect(await harness().maintenance.eraseUser(userId)).toMatchObject({
      complete: true,
      lines: [{ fileId: ids[2], outcome: "erased", until: null }],
    });
    expect(await journal()).toEqual([]);
    expect(await harness().keys()).toEqual([]);
  });
});
