import { once } from "node:events";
import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";

import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { createDatabase } from "@repo/database";
import { S3Provider } from "@repo/s3-provider";

import { collect } from "../support/bytes.js";
import { expectNothingStored } from "../support/expect-nothing-stored.js";
import { type Harness, openHarness } from "../support/harness.js";
import { sampleOf } from "../support/samples.js";
import { poolerOf, services } from "../support/services.js";
import { storageWith } from "../support/storage-with.js";

const CLOSED = { code: "store_closed", retryable: true };

let harness: Harness;
let userId: string;
let png: Uint8Array;

beforeEach(async () => {
  harness = await openHarness();
  userId = await harness.addUser();
  png = (await sampleOf("png")).bytes;
});
afterEach(() => harness.close());

/** A body whose second half comes when it is told to. */
function halfBody(): { body: Readable; finish: () => void } {
  const body = new Readable({ read: () => undefined });
  body.push(png.subarray(0, 100));
  const finish = (): void => {
    body.push(png.subarray(100));
    body.push(null);
  };
  return { body, finish };
}

describe("a store that is closed", () => {
  it("refuses every new call, and its servers still serve others", async () => {
    const scope = harness.store.forUser(userId);
    await harness.store.close();
    await harness.store.close();
    const calls = [
      () => scope.images.upload({ body: png }),
      () => scope.list(),
      () => scope.images.exists(userId),
      () => scope.images.all()[Symbol.asyncIterator]().next(),
      () => harness.store.forSystem().audio.count(),
      () => harness.store.ready(),
    ];
    for (const call of calls) await expect(call()).rejects.toMatchObject(CLOSED);
    await expect(harness.storeWith({}).ready()).resolves.toBeUndefined();
  });

  it("ends the body of an upload that it refuses, also one that fails", async () => {
    await harness.store.close();
    const { images } = harness.store.forUser(userId);
    const missing = createReadStream("/nonexistent/cat.png");
    await expect(images.upload({ body: missing })).rejects.toMatchObject(CLOSED);
    const { body } = halfBody();
    await expect(images.upload({ body })).rejects.toMatchObject(CLOSED);
    await sleep(20);
    expect([missing.destroyed, body.destroyed]).toEqual([true, true]);
  });

  it("lets an upload under way finish", async () => {
    const { body, finish } = halfBody();
    const upload = harness.store.forUser(userId).images.upload({ body });
    const closing = harness.store.close({ timeoutSeconds: 30 });
    finish();
    const { file } = await upload;
    await closing;
    expect(await harness.storeWith({}).forUser(userId).images.exists(file.id)).toBe(true);
  });

  it("aborts an upload that takes too long, and leaves nothing of it", async () => {
    const { body } = halfBody();
    const refusal = await expectNothingStored(harness, async () => {
      const upload = harness.store.forUser(userId).images.upload({ body });
      const closing = harness.store.close({ timeoutSeconds: 0 });
      try {
        await upload;
      } finally {
        await closing;
      }
    });
    expect(refusal).toMatchObject(CLOSED);
  });

  it("waits for a download that is read, and ends one that is not", async () => {
    const { images } = harness.store.forUser(userId);
    const { file } = await images.upload({ body: png });
    const [read, unread] = [await images.download(file.id), await images.download(file.id)];
    const failed = once(unread.stream, "error");
    const closing = harness.store.close({ timeoutSeconds: 1 });
    expect(await collect(read.stream)).toHaveLength(png.byteLength);
    await closing;
    expect(await failed).toMatchObject([CLOSED]);
  });

  it("waits for a page that is read, and ends the loop behind it", async () => {
    const { images } = harness.store.forUser(userId);
    await images.upload({ body: png });
    await images.upload({ body: png });
    const loop = images.all({ limit: 1 })[Symbol.asyncIterator]();
    const first = loop.next();
    await harness.store.close();
    expect((await first).value).toMatchObject({ byteSize: png.byteLength });
    await expect(loop.next()).rejects.toMatchObject(CLOSED);
  });

  it("fails any other call that takes too long, and is not held up by its options of before", async () => {
    const hanging = storageWith(harness.s3, { delete: () => new Promise(() => undefined) });
    const store = harness.storeWith({ s3: hanging });
    const { file } = await store.forUser(userId).images.upload({ body: png });
    const refused = expect(store.forUser(userId).images.delete(file.id)).rejects;
    const patient = store.close({ timeoutSeconds: 3_600 });
    await store.close({ timeoutSeconds: 0 });
    await refused.toMatchObject(CLOSED);
    await patient;
  });

  it("harms nobody who has left a download unread without listening to it", async () => {
    const { images } = harness.store.forUser(userId);
    const { file } = await images.upload({ body: png });
    const { stream } = await images.download(file.id);
    await harness.store.close({ timeoutSeconds: 0 });
    await sleep(20);
    expect(stream.destroyed).toBe(true);
  });

  it("waits no longer than it was told to, and is closed at once when nothing is under way", async () => {
    const never = harness.storeWith({ sourceTimeoutSeconds: 3_600 });
    const { body } = halfBody();
    const upload = never.forUser(userId).images.upload({ body });
    upload.catch(() => undefined);
    const closed = await Promise.race([
      Promise.all([never.close({ timeoutSeconds: 0 }), harness.store.close()]),
      sleep(20_000, "it hangs", { ref: false }),
    ]);
    expect(closed).not.toBe("it hangs");
    await expect(harness.store.close({ timeoutSeconds: -1 })).rejects.toMatchObject({
      code: "invalid_input",
    });
  });
});

describe("ready", () => {
  it("names the server that is not there", async () => {
    const { s3: server } = services();
    const credentials = { accessKeyId: server.accessKeyId, secretAccessKey: "wrong" };
    const client = { ...server, credentials, forcePathStyle: true };
    const denied = new S3Provider({ bucket: harness.s3.bucket, client });
    await expect(harness.storeWith({ s3: denied }).ready()).rejects.toMatchObject({
      code: "storage_error",
    });
    denied.destroy();
    const nowhere = createDatabase({ url: "postgres://nobody@127.0.0.1:1/none" });
    await expect(harness.storeWith({ database: nowhere }).ready()).rejects.toMatchObject({
      code: "database_unavailable",
    });
    await nowhere.close();
  });
});

describe("servers that are closed before their store", () => {
  it("fail an upload under way with a retryable error that says so", async () => {
    const { s3: server } = services();
    const client = { ...server, credentials: server, forcePathStyle: true };
    const s3 = new S3Provider({ bucket: harness.s3.bucket, client });
    const database = createDatabase({ url: harness.databaseUrl, ...poolerOf() });
    const { images } = harness.storeWith({ s3, database }).forUser(userId);

    const first = halfBody();
    const upload = images.upload({ body: first.body });
    const refused = expect(upload).rejects.toMatchObject({
      code: "storage_unavailable",
      message: expect.stringMatching(/its client was destroyed/) as unknown,
    });
    s3.destroy();
    first.finish();
    await refused;

    await database.close();
    await expect(images.list()).rejects.toMatchObject({
      code: "database_unavailable",
      retryable: true,
      message: expect.stringMatching(/its pool of connections was closed/) as unknown,
    });
  });
});
