import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { type LocalS3, startLocalS3 } from "@repo/local-s3";
import { type LocalPostgres, startLocalPostgres } from "@repo/local-services";
import { createDatabase, databaseMigrations, Migrator } from "@repo/database";

import type { MediaScope } from "../../src/index.js";
import { objectStoreMigrations } from "../../src/migrations.js";
import { collect, sha256 } from "../support/bytes.js";
import { type Harness, openHarness } from "../support/harness.js";
import { sampleOf, uploadSample } from "../support/samples.js";
import { services } from "../support/services.js";
import { expireUnfinished } from "../support/unfinished.js";

const CREDENTIALS = { accessKeyId: "outage", secretAccessKey: "outage-secret" };
const UNAVAILABLE_STORAGE = { code: "storage_unavailable", retryable: true };
const UNAVAILABLE_DATABASE = { code: "database_unavailable", retryable: true };

let folder: string;
let bytes: Uint8Array;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "object-store-outage-"));
  bytes = (await sampleOf("mp3")).bytes;
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe("with S3 down", () => {
  let server: LocalS3;
  let harness: Harness;
  let scope: MediaScope;
  let id: string;

  const start = (port = 0): Promise<LocalS3> =>
    startLocalS3({ dataDir: join(folder, "s3"), port, durable: false, ...CREDENTIALS });

  beforeEach(async () => {
    server = await start();
    const { endpoint, region } = server;
    harness = await openHarness({}, { s3: { endpoint, region, ...CREDENTIALS } });
    scope = harness.store.forUser(await harness.addUser());
    id = (await uploadSample(scope, await sampleOf("mp3"))).file.id;
    await server.close();
  });

  afterEach(async () => {
    await harness.close();
    await server.close();
  });

  it("each call that needs it fails with a retryable error, and nothing is half-stored", async () => {
    await expect(scope.audio.upload({ body: bytes })).rejects.toMatchObject(UNAVAILABLE_STORAGE);
    await expect(
      scope.images.upload({ body: (await sampleOf("png")).bytes }),
    ).rejects.toMatchObject(UNAVAILABLE_STORAGE);
    await expect(scope.audio.download(id)).rejects.toMatchObject(UNAVAILABLE_STORAGE);

    server = await start(server.port);
    expect(await harness.keys()).toHaveLength(1);
    expect((await scope.list()).items.map((file) => file.id)).toEqual([id]);
    // A request on a connection that broke may have arrived: it leaves a tombstone for the sweep.
    await sweepAll(harness);
    expect(await harness.rows()).toMatchObject([{ id, state: "file" }]);
    const { stream } = await scope.audio.download(id);
    expect(sha256(await collect(stream))).toBe(sha256(bytes));
    await scope.audio.upload({ body: bytes });
  });

  it("a deletion fails with a retryable error, and finishes when it is repeated", async () => {
    await expect(scope.audio.delete(id)).rejects.toMatchObject(UNAVAILABLE_STORAGE);
    await expect(scope.audio.get(id)).rejects.toMatchObject({ code: "file_not_found" });

    server = await start(server.port);
    await scope.audio.delete(id);
    expect(await harness.rows()).toEqual([]);
    expect(await harness.keys()).toEqual([]);
  });

  it("a deletion that is not repeated is finished by the sweep", async () => {
    await expect(scope.audio.delete(id)).rejects.toMatchObject(UNAVAILABLE_STORAGE);
    server = await start(server.port);
    await expireUnfinished(harness.database);
    expect(await harness.maintenance.sweep()).toMatchObject({ removed: 1 });
    expect(await harness.rows()).toEqual([]);
    expect(await harness.keys()).toEqual([]);
  });

  it("reading, listing and signing go on", async () => {
    expect((await scope.audio.get(id)).id).toBe(id);
    expect((await scope.list()).items).toHaveLength(1);
    expect((await scope.audio.url(id)).url).toContain(id);
  });
});

// It stops a PostgreSQL of its own, which no pooler is in front of.
const withoutPooler = services().postgres.poolerUrl === undefined ? describe : describe.skip;

withoutPooler("with PostgreSQL down", () => {
  let postgres: LocalPostgres;
  let harness: Harness;
  let scope: MediaScope;
  let id: string;

  let dataDir: string;
  const template = "outage_template";

  const start = (port = 0): Promise<LocalPostgres> =>
    startLocalPostgres({ dataDir, port, durable: true });

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "object-store-outage-postgres-"));
    postgres = await start();
    const database = createDatabase({ url: await postgres.createDatabase(template) });
    await new Migrator({
      database,
      migrations: [...databaseMigrations, ...objectStoreMigrations()],
    }).up();
    await database.close();
  });

  beforeEach(async () => {
    harness = await openHarness({}, { postgres: { adminUrl: postgres.url, template } });
    scope = harness.store.forUser(await harness.addUser());
    id = (await uploadSample(scope, await sampleOf("mp3"))).file.id;
  });

  // Each test brings the server back.
  afterEach(() => harness.close());

  afterAll(async () => {
    await postgres.stop("immediate");
    await rm(dataDir, { recursive: true, force: true });
  });

  it("each call fails with a retryable error, and nothing is half-stored", async () => {
    const transcript = "words";
    await postgres.stop("immediate");
    const calls = [
      () => scope.audio.upload({ body: bytes }),
      () => scope.audio.get(id),
      () => scope.audio.exists(id),
      () => scope.audio.list(),
      () => scope.list(),
      () => scope.audio.url(id),
      () => scope.audio.urls([id]),
      () => scope.audio.download(id),
      () => scope.audio.delete(id),
      () => scope.audio.setTranscript(id, transcript),
      () => harness.maintenance.sweep(),
    ];
    for (const call of calls) await expect(call()).rejects.toMatchObject(UNAVAILABLE_DATABASE);

    postgres = await start(postgres.port);
    expect(await harness.rows()).toMatchObject([{ id, state: "file" }]);
    expect(await harness.keys()).toHaveLength(1);
    expect((await scope.audio.get(id)).transcript).toBeNull();
    await scope.audio.upload({ body: bytes });
  });

  it("an upload that loses it between intent and completion is swept up", async () => {
    async function* body(): AsyncGenerator<Uint8Array> {
      yield bytes.subarray(0, bytes.byteLength - 1);
      await postgres.stop("immediate");
      yield bytes.subarray(bytes.byteLength - 1);
    }
    await expect(scope.audio.upload({ body: body() })).rejects.toMatchObject(UNAVAILABLE_DATABASE);

    postgres = await start(postgres.port);
    await sweepAll(harness);
    expect(await harness.rows()).toMatchObject([{ id, state: "file" }]);
    expect(await harness.keys()).toHaveLength(1);
  });
});

/** Sweeps as if every lease were over, until nothing is left to do. */
async function sweepAll({ database, maintenance }: Harness): Promise<void> {
  for (let round = 0; round < 2; round += 1) {
    await expireUnfinished(database);
    await maintenance.sweep();
  }
}
