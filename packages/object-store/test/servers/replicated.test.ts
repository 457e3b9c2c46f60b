import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { type ReplicatedPostgres, startReplicated } from "@repo/postgres-setups";
import { sizedMedia } from "@repo/sample-media";
import { Sequelize } from "sequelize-typescript";

import type { MediaScope, ObjectStoreProvider } from "../../src/index.js";
import type { ObjectStoreMaintenance } from "../../src/maintenance.js";
import { collect } from "../support/bytes.js";
import { sendPut } from "../support/direct-http.js";
import { type Harness, openHarness } from "../support/harness.js";
import { makeTemplate } from "../support/make-template.js";
import { sampleOf } from "../support/samples.js";
import { expireUnfinished } from "../support/unfinished.js";

const NOT_FOUND = { code: "file_not_found" };

let servers: ReplicatedPostgres;
let harness: Harness;
let database: Sequelize;
let png: Uint8Array;
let mp3: Uint8Array;

beforeAll(async () => {
  servers = await startReplicated();
  harness = await openHarness({}, { postgres: await makeTemplate(servers.url) });
  database = new Sequelize({
    dialect: "postgres",
    logging: false,
    replication: {
      write: reached(servers.url),
      read: [reached(servers.replicaUrl)],
    },
  });
  png = (await sampleOf("png")).bytes;
  mp3 = (await sampleOf("mp3")).bytes;
});
afterAll(async () => {
  await database.close();
  await harness.close();
  await servers.close();
});

/** The harness's database on a server, as an application names it to Sequelize. */
function reached(server: string) {
  const { hostname, port, username, password } = new URL(server);
  const name = new URL(harness.databaseUrl).pathname.slice(1);
  return {
    host: hostname,
    port,
    database: name,
    username,
    password: decodeURIComponent(password),
  };
}

describe.each(["primary", "replica"] as const)(
  "on a replica that lags, with reads of the %s, what decides is the primary's:",
  (reads) => {
    let store: ObjectStoreProvider;
    let maintenance: ObjectStoreMaintenance;
    let userId: string;
    let mine: MediaScope;

    beforeEach(async () => {
      store = harness.storeWith({ database, reads });
      maintenance = harness.maintenanceWith({ database });
      userId = await harness.addUser();
      mine = store.forUser(userId);
      await servers.caughtUp();
      await servers.holdReplay();
    });
    afterEach(async () => {
      await harness.database.query(
        "DELETE FROM images; DELETE FROM audio; DELETE FROM direct_uploads; DELETE FROM object_store_journal",
      );
      await harness.s3.deleteMany(await harness.keys());
    });

    it("uploads of both kinds, and those of an owner who has just signed up", async () => {
      await mine.images.upload({ body: png });
      await mine.audio.upload({ body: mp3 });
      const signedUp = store.forUser(await harness.addUser());
      await signedUp.images.upload({ body: png });
      expect(await harness.rows()).toHaveLength(3);
    });

    it("a file is read at once in the transaction that stored it", async () => {
      await database.transaction(async (transaction) => {
        const { file } = await mine.images.upload({ body: png }, { transaction });
        expect(await mine.images.exists(file.id, { transaction })).toBe(true);
        expect((await mine.list({ transaction })).items).toMatchObject([{ id: file.id }]);
      });
    });

    it("an idempotency key gives the first file", async () => {
      const options = { idempotencyKey: "once" };
      const { file } = await mine.images.upload({ body: png }, options);
      expect((await mine.images.upload({ body: png }, options)).file.id).toBe(file.id);
      await expect(mine.images.upload({ body: mp3 }, options)).rejects.toMatchObject({
        code: "unsupported_media_type",
      });
      await expect(mine.audio.upload({ body: mp3 }, options)).rejects.toMatchObject({
        code: "idempotency_conflict",
      });
    });

    it("a direct upload is made, looked at, completed and completed again", async () => {
      const announced = { byteSize: png.byteLength, contentType: "image/png" };
      const direct = await mine.images.createDirectUpload(announced);
      expect(await mine.images.directUpload(direct.id)).toMatchObject({ status: "open" });
      expect(await sendPut(direct.put, png)).toBe(200);
      const { file } = await mine.images.completeDirectUpload(direct.id);
      expect(await mine.images.directUpload(direct.id)).toMatchObject({ fileId: file.id });
      expect((await mine.images.completeDirectUpload(direct.id)).file.id).toBe(file.id);

      const cancelled = await mine.images.createDirectUpload(announced);
      await mine.images.cancelDirectUpload(cancelled.id);
      await expect(mine.images.completeDirectUpload(cancelled.id)).rejects.toMatchObject({
        code: "direct_upload_expired",
      });
    });

    it("deletions, and why one is refused", async () => {
      const { file } = await mine.images.upload({ body: png });
      await mine.images.delete(file.id);
      await expect(mine.images.delete(file.id)).rejects.toMatchObject(NOT_FOUND);

      const system = await store.forSystem().audio.upload({ body: mp3 });
      const denied = { code: "access_denied" };
      await expect(mine.audio.delete(system.file.id)).rejects.toMatchObject(denied);
      await expect(mine.audio.setTranscript(system.file.id, "mine")).rejects.toMatchObject(denied);
      expect(await harness.keys()).toEqual([expect.stringContaining(system.file.id)]);
      await store.forSystem().audio.delete(system.file.id);
      expect(await harness.keys()).toEqual([]);
    });

    it("an erasure finds everything, and says that nothing is left", async () => {
      await mine.images.upload({ body: png });
      await mine.audio.upload({ body: mp3 });
      await mine.images.createDirectUpload({ byteSize: 10, contentType: "image/png" });
      const receipt = await maintenance.eraseUser(userId);
      expect(receipt.lines.map(({ was, kind }) => `${was} ${kind}`).sort()).toEqual([
        "file audio",
        "file image",
        "upload direct_upload",
      ]);
      expect(await harness.keys()).toEqual([]);
      await expireUnfinished(harness.database);
      expect(await maintenance.eraseUser(userId)).toMatchObject({ complete: true });
    });

    it("a sweep aborts no upload that is running, in one piece or in parts", async () => {
      let sweep: unknown;
      async function* body(): AsyncGenerator<Uint8Array> {
        let sent = 0;
        for await (const chunk of sizedMedia("wav", 12_000_000)) {
          yield chunk;
          sent += chunk.byteLength;
          if (sent > 8_000_000) sweep ??= await maintenance.sweep();
        }
      }
      const { file } = await mine.audio.upload({ body: body() });
      expect(sweep).toMatchObject({ abandoned: 0, removed: 0, aborted: 0, failed: 0 });
      expect(await harness.keys()).toEqual([expect.stringContaining(file.id)]);
    });

    it("usage, audit and verification count what is there now", async () => {
      await mine.images.upload({ body: png });
      expect((await maintenance.usage()).images).toMatchObject({ files: 1 });
      expect(await maintenance.audit()).toMatchObject({ objects: 1, rows: 1, orphans: 0 });
      expect(await maintenance.verify()).toMatchObject({ files: 1, corrupt: 0, unreadable: 0 });
    });

    it("a download of a file that has just been deleted is of no file", async () => {
      const { file } = await mine.images.upload({ body: png });
      await servers.caughtUp();
      await servers.holdReplay();
      await mine.images.delete(file.id);
      await expect(mine.images.download(file.id)).rejects.toMatchObject(NOT_FOUND);
    });
  },
);

describe("reads on a replica that lags", () => {
  /** What each read gives for a file. */
  async function seen(scope: MediaScope, id: string) {
    const { images } = scope;
    return {
      get: await images.get(id).then(
        () => true,
        (error: unknown) => (error as { code: string }).code,
      ),
      exists: await images.exists(id),
      urls: (await images.urls([id])).size,
      listed: (await scope.list()).items.length,
      counted: await images.count(),
    };
  }
  const ALL = { get: true, exists: true, urls: 1, listed: 1, counted: 1 };
  const NONE = { get: "file_not_found", exists: false, urls: 0, listed: 0, counted: 0 };

  it("are of the primary when nothing else is said, and of the replica by option", async () => {
    const userId = await harness.addUser();
    await servers.caughtUp();
    await servers.holdReplay();
    const onPrimary = harness.storeWith({ database }).forUser(userId);
    const onReplica = harness.storeWith({ database, reads: "replica" }).forUser(userId);
    const { file } = await onReplica.images.upload({ body: png });

    expect(await seen(onPrimary, file.id)).toEqual(ALL);
    const { url } = await onPrimary.images.url(file.id);
    expect(Buffer.from(await (await fetch(url)).arrayBuffer())).toEqual(Buffer.from(png));
    const { stream } = await onPrimary.images.download(file.id);
    expect(await collect(stream)).toEqual(Buffer.from(png));

    expect(await seen(onReplica, file.id)).toEqual(NONE);
    await expect(onReplica.images.url(file.id)).rejects.toMatchObject(NOT_FOUND);
    await servers.caughtUp();
    expect(await seen(onReplica, file.id)).toEqual(ALL);
  });
});
