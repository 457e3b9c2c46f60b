import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { v7 as uuidv7 } from "uuid";

import { type MediaScope, type UploadOptions } from "../../src/index.js";
import { pieces } from "../support/bytes.js";
import { expectNothingStored } from "../support/expect-nothing-stored.js";
import { type Harness, openHarness } from "../support/harness.js";
import { sampleOf } from "../support/samples.js";
import { addUnfinished } from "../support/unfinished.js";

let harness: Harness;
let userId: string;
let scope: MediaScope;
let png: Uint8Array;
let idempotencyKey: string;

beforeAll(async () => {
  harness = await openHarness();
  userId = await harness.addUser();
  scope = harness.store.forUser(userId);
  png = (await sampleOf("png")).bytes;
});

beforeEach(async () => {
  await harness.database.query("DELETE FROM images");
  await harness.database.query("DELETE FROM audio");
  await harness.database.query("DELETE FROM object_store_journal");
  idempotencyKey = uuidv7();
});

afterAll(async () => {
  await harness.close();
});

const upload = (options: UploadOptions = {}, bytes: Uint8Array = png) =>
  scope.images.upload({ body: bytes }, { idempotencyKey, ...options });

/** The same image with other bytes: a PNG may end with a comment of any text. */
function withComment(bytes: Uint8Array, text: string): Buffer {
  const end = bytes.byteLength - 12;
  const data = Buffer.from(`Comment\0${text}`, "latin1");
  const chunk = Buffer.alloc(12 + data.byteLength);
  chunk.writeUInt32BE(data.byteLength, 0);
  chunk.write("tEXt", 4, "latin1");
  data.copy(chunk, 8);
  return Buffer.concat([bytes.subarray(0, end), chunk, bytes.subarray(end)]);
}

/** A body that waits before its last byte until it is released. */
function heldBody(bytes: Uint8Array): {
  body: AsyncIterable<Uint8Array>;
  begun: Promise<void>;
  release: (failure?: Error) => void;
} {
  let release: (failure?: Error) => void = () => undefined;
  const released = new Promise<Error | undefined>((resolve) => (release = resolve));
  let begin: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  async function* body(): AsyncGenerator<Uint8Array> {
    yield bytes.subarray(0, bytes.byteLength - 1);
    begin();
    const failure = await released;
    if (failure !== undefined) throw failure;
    yield bytes.subarray(bytes.byteLength - 1);
  }
  return { body: body(), begun, release };
}

/** What a process leaves that was killed while it uploaded under the key. */
async function crashedUpload(lease: string): Promise<string> {
  const row = { purpose: "upload", lease, userId, idempotencyKey } as const;
  return (await addUnfinished(harness.database, row)).id;
}

const states = async (): Promise<Record<string, string>> =>
  Object.fromEntries((await harness.rows()).map(({ id, state }) => [id, state]));

describe("a repetition of an upload with the same idempotency key and bytes", () => {
  it("gives the first result, with a URL that works, and stores nothing", async () => {
    const first = await upload();
    const keys = await harness.keys();
    const again = await scope.images.upload(
      { body: pieces(png, 1000), filename: "other.png" },
      { idempotencyKey },
    );
    expect(again.file).toEqual(first.file);
    expect((await fetch(again.url)).status).toBe(200);
    expect(await harness.keys()).toEqual(keys);
    expect(await harness.rows()).toHaveLength(1);
  });

  it("waits for the first while it runs", async () => {
    const { body, begun, release } = heldBody(png);
    const first = scope.images.upload({ body }, { idempotencyKey });
    await begun;
    const again = upload();
    setTimeout(release, 100);
    expect((await again).file).toEqual((await first).file);
    expect(await harness.rows()).toHaveLength(1);
  });

  it("stores the file when the first fails while it waits", async () => {
    const { body, begun, release } = heldBody(png);
    const first = scope.images.upload({ body }, { idempotencyKey });
    await begun;
    const again = upload();
    setTimeout(() => {
      release(new Error("the client went away"));
    }, 50);
    await expect(first).rejects.toMatchObject({ code: "source_failed" });
    const { file } = await again;
    expect((await states())[file.id]).toBe("file");
  });

  it("stores one file when many run at once", async () => {
    const results = await Promise.all(Array.from({ length: 6 }, () => upload()));
    expect(new Set(results.map(({ file }) => file.id)).size).toBe(1);
    expect(await harness.rows()).toHaveLength(1);
  });

  it("takes over from a process that crashed, once its lease is over", async () => {
    const crashed = await crashedUpload("200 ms");
    const { file } = await upload();
    expect(await states()).toEqual({ [crashed]: "removal", [file.id]: "file" });
    expect((await upload()).file.id).toBe(file.id);
  });

  it("follows one that the sweep took over", async () => {
    const crashed = await crashedUpload("-1 s");
    await harness.maintenance.sweep();
    const { file } = await upload();
    expect(await states()).toEqual({ [crashed]: "removal", [file.id]: "file" });
  });

  it("waits no longer than its signal says", async () => {
    const crashed = await crashedUpload("1 h");
    const { code } = await expectNothingStored(harness, () =>
      upload({ signal: AbortSignal.timeout(50) }),
    );
    expect(code).toBe("upload_aborted");
    expect(await states()).toEqual({ [crashed]: "upload" });
  });

  it("stores the file anew after it was deleted", async () => {
    const { file } = await upload();
    await scope.images.delete(file.id);
    const again = await upload();
    expect(again.file.id).not.toBe(file.id);
    expect((await states())[again.file.id]).toBe("file");
  });
});

describe("an idempotency key", () => {
  it("that has another file is a conflict, and nothing more is stored", async () => {
    const { file } = await upload();
    const other = withComment(png, "a");
    const sameLength = withComment(png, "b");
    const conflicts = [
      () => upload({}, other),
      () => scope.images.upload({ body: pieces(other, 1000) }, { idempotencyKey }),
      async () => upload({}, (await sampleOf("gif")).bytes),
      async () => scope.audio.upload({ body: (await sampleOf("mp3")).bytes }, { idempotencyKey }),
    ];
    for (const conflict of conflicts) {
      const refusal = await expectNothingStored(harness, conflict);
      expect(refusal).toMatchObject({ code: "idempotency_conflict", retryable: false });
    }
    expect(await states()).toEqual({ [file.id]: "file" });

    idempotencyKey = uuidv7();
    await upload({}, other);
    const { code } = await expectNothingStored(harness, () => upload({}, sameLength));
    expect(code).toBe("idempotency_conflict");
  });

  it("gives one of two files of different kinds that come at once", async () => {
    const mp3 = (await sampleOf("mp3")).bytes;
    const results = await Promise.allSettled([
      upload(),
      scope.audio.upload({ body: mp3 }, { idempotencyKey }),
    ]);
    expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(results.find(({ status }) => status === "rejected")).toMatchObject({
      reason: { code: "idempotency_conflict" },
    });
    expect(await harness.rows()).toHaveLength(1);
  });

  it("is its owner's own", async () => {
    const others = [harness.store.forSystem(), harness.store.forUser(await harness.addUser())];
    const ids = [(await upload()).file.id];
    for (const other of others) {
      ids.push((await other.images.upload({ body: png }, { idempotencyKey })).file.id);
    }
    expect(new Set(ids).size).toBe(3);
    const system = harness.store.forSystem();
    const again = await system.images.upload({ body: png }, { idempotencyKey });
    expect(again.file.id).toBe(ids[1]);
  });

  it.each([
    ["empty", ""],
    ["of 256 characters", "x".repeat(256)],
    ["with NUL", "a\0b"],
    ["with a lone surrogate", "a\ud800"],
    ["that is no string", 5],
  ])("is refused when it is %s", async (_what, key) => {
    const { code } = await expectNothingStored(harness, () =>
      upload({ idempotencyKey: key as string }),
    );
    expect(code).toBe("invalid_input");
  });

  it("may have 255 characters of any plane", async () => {
    idempotencyKey = "🎵".repeat(255);
    expect((await upload()).file.id).toBe((await upload()).file.id);
  });
});

describe("an upload with an idempotency key in the caller's transaction", () => {
  it("is repeated in the same transaction with the same result", async () => {
    const ids = await harness.database.transaction(async (transaction) => [
      (await upload({ transaction })).file.id,
      (await upload({ transaction })).file.id,
    ]);
    expect(ids[1]).toBe(ids[0]);
    expect((await upload()).file.id).toBe(ids[0]);
  });

  it("is waited for until the transaction commits", async () => {
    const transaction = await harness.database.transaction();
    const first = await upload({ transaction });
    const again = upload();
    setTimeout(() => void transaction.commit(), 100);
    expect((await again).file.id).toBe(first.file.id);
  });

  it("leaves the key free, and no object, when the transaction rolls back", async () => {
    const transaction = await harness.database.transaction();
    const first = await upload({ transaction });
    await transaction.rollback();
    expect((await harness.keys()).filter((key) => key.includes(first.file.id))).toEqual([]);
    const again = await upload();
    expect(await states()).toEqual({ [again.file.id]: "file" });
  });

  it("that stays open for longer than its lease is reported instead of waited for", async () => {
    const held = await crashedUpload("-1 s");
    const transaction = await harness.database.transaction();
    await harness.database.query(
      `SELECT FROM object_store_journal WHERE id = '${held}' FOR UPDATE`,
      {
        transaction,
      },
    );
    const refusal = await expectNothingStored(harness, () => upload());
    expect(refusal).toMatchObject({ code: "upload_in_progress", retryable: true });
    await transaction.rollback();
    expect(await states()).toEqual({ [held]: "upload" });
  });
});
