import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { sizedMedia } from "@repo/sample-media";
import { QueryTypes } from "sequelize";

import type { MediaScope } from "../../src/index.js";
import { collect } from "../support/bytes.js";
import { sendPut } from "../support/direct-http.js";
import { type Harness, openHarness } from "../support/harness.js";
import { type LoggedStore, openLoggedStore } from "../support/logged-store.js";
import { sampleOf } from "../support/samples.js";
import { poolerOf, services } from "../support/services.js";
import { expireUnfinished } from "../support/unfinished.js";

const CHILD = fileURLToPath(new URL("../fixtures/racing-uploads.mjs", import.meta.url));
const MB = 1_000_000;
const QUOTA = { bytes: 10 * MB };

/** A process that uploads a file many times at once. */
class Racer {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(task: object) {
    const args = ["--no-warnings", CHILD, JSON.stringify(task)];
    this.#child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
    const stdout = this.#child.stdout as Readable;
    this.#lines = createInterface(stdout)[Symbol.asyncIterator]();
  }

  /** What it says next. */
  async said(): Promise<unknown> {
    const next = await this.#lines.next();
    if (next.done === true) throw new Error("the process ended early");
    return JSON.parse(next.value);
  }

  start(): void {
    this.#child.stdin?.write("\n");
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill("SIGKILL");
    await once(this.#child, "close");
  }
}

let harness: Harness;
let folder: string;
let path: string;
let png: Uint8Array;
let userId: string;
let scope: MediaScope;
let racers: Racer[];

beforeAll(async () => {
  harness = await openHarness({ quota: QUOTA });
  folder = await mkdtemp(join(tmpdir(), "quotas-"));
  path = join(folder, "sound.mp3");
  await writeFile(path, await collect(Readable.from(sizedMedia("mp3", MB))));
  png = (await sampleOf("png")).bytes;
});

beforeEach(async () => {
  racers = [];
  userId = await harness.addUser();
  scope = harness.store.forUser(userId);
});

afterEach(() => Promise.all(racers.map((racer) => racer.kill())));

afterAll(async () => {
  await harness.close();
  await rm(folder, { recursive: true });
});

/** Has processes upload at once; the last words of each. */
async function race(uploads: readonly number[], { stops = false } = {}): Promise<unknown[]> {
  const { endpoint, region, accessKeyId, secretAccessKey } = services().s3;
  const credentials = { accessKeyId, secretAccessKey };
  const client = { endpoint, region, credentials, forcePathStyle: true };
  const task = {
    ...{ databaseUrl: harness.databaseUrl, pooler: poolerOf(), userId, quota: QUOTA, path, stops },
    s3: { bucket: harness.s3.bucket, client },
  };
  racers = uploads.map((count) => new Racer({ ...task, uploads: count }));
  for (const racer of racers) expect(await racer.said()).toBe("ready");
  for (const racer of racers) racer.start();
  return Promise.all(racers.map((racer) => racer.said()));
}

const used = async (of = scope): Promise<[bytes: number, files: number]> => {
  const { bytes, files } = await of.usage();
  return [bytes, files];
};

/** Counts past the module, and compares. */
async function expectExact(): Promise<void> {
  const [row] = await harness.database.query<{ counted: string; counter: string }>(
    `SELECT
       (SELECT coalesce(sum(byte_size), 0) FROM (
         SELECT byte_size FROM images WHERE user_id = $1
         UNION ALL SELECT byte_size FROM audio WHERE user_id = $1
         UNION ALL SELECT byte_size FROM media_variants WHERE user_id = $1
         UNION ALL SELECT reserved_bytes FROM object_store_journal WHERE user_id = $1
         UNION ALL SELECT reserved_bytes FROM direct_uploads WHERE user_id = $1
       ) AS parts) AS counted,
       coalesce((SELECT bytes FROM media_usage WHERE user_id = $1), 0) AS counter`,
    { bind: [userId], type: QueryTypes.SELECT },
  );
  expect(row?.counter).toBe(row?.counted);
}

describe("fifty uploads of 1 MB at once", () => {
  it("in three processes are exactly ten files of a quota of 10 MB", async () => {
    const codes = (await race([17, 17, 16])).flat();
    expect(codes.filter((code) => code === null)).toHaveLength(10);
    expect(codes.filter((code) => code === "quota_exceeded")).toHaveLength(40);
    expect(await used()).toEqual([10 * MB, 10]);
    expect(await scope.audio.count()).toBe(10);
    await expectExact();
    expect(await harness.maintenance.recount({ owner: userId })).toEqual({
      owners: 1,
      corrected: 0,
    });
  });

  it("give back what was killed with the sweep, and not before", async () => {
    expect(await race([4, 6], { stops: true })).toEqual(["stopped", "stopped"]);
    for (const racer of racers) await racer.kill();
    expect(await used()).toEqual([10 * MB, 10]);
    await expect(scope.images.upload({ body: png })).rejects.toMatchObject({
      code: "quota_exceeded",
    });
    for (let sweeps = 0; sweeps < 2; sweeps += 1) {
      await expireUnfinished(harness.database);
      await harness.maintenance.sweep();
    }
    expect(await used()).toEqual([0, 0]);
    await expectExact();
    await scope.images.upload({ body: png });
  });
});

describe("the counter", () => {
  it("is exact at any moment, whatever happens at once, and a recount changes nothing", async () => {
    const own = harness.storeWith({ quota: { bytes: 50 * png.byteLength, files: 40 } });
    const { images } = own.forUser(userId);
    const over = new AbortController();
    const watched = (async () => {
      while (!over.signal.aborted) {
        await expectExact();
        expect(await harness.maintenance.recount({ owner: userId })).toMatchObject({
          corrected: 0,
        });
      }
    })();
    const work = Array.from({ length: 60 }, async (_, at) => {
      const { file } = await images.upload({ body: png });
      if (at % 3 === 0) await images.delete(file.id);
      if (at % 3 === 1) {
        await harness.database.transaction(async (transaction) => {
          await images.upload({ body: png }, { transaction });
          await images.delete(file.id, { transaction });
        });
      }
    });
    const outcomes = await Promise.allSettled(work);
    over.abort();
    await watched;
    for (const outcome of outcomes) {
      if (outcome.status === "rejected") {
        expect(outcome.reason).toMatchObject({ code: "quota_exceeded" });
      }
    }
    expect(await used(own.forUser(userId))).toEqual([
      (await images.count()) * png.byteLength,
      await images.count(),
    ]);
    expect(await harness.rows()).not.toContainEqual(expect.objectContaining({ state: "removal" }));
  });

  it("is no lock of a transaction that stays open", async () => {
    const { images } = scope;
    const { file } = await images.upload({ body: png });
    await harness.database.transaction(async (transaction) => {
      await images.upload({ body: png }, { transaction });
      await images.delete(file.id, { transaction });
      const locked = await harness.database.query(
        "SELECT user_id FROM media_usage WHERE user_id = $1 FOR UPDATE NOWAIT",
        { bind: [userId], type: QueryTypes.SELECT },
      );
      expect(locked).toHaveLength(1);
    });
    expect(await used()).toEqual([png.byteLength, 1]);
  });

  it("is counted by a recount for what was stored before, by two at once as by one", async () => {
    const before = harness.storeWith({ quota: undefined }).forUser(userId);
    const { file } = await before.images.upload({ body: png });
    await before.images.upload({ body: png });
    await before.images.createDirectUpload({ byteSize: 1000, contentType: "image/png" });
    expect(await used()).toEqual([0, 0]);
    const findings: unknown[] = [];
    const recount = () =>
      harness.maintenance.recount({
        onFinding: (finding) => {
          if (finding.owner === userId) findings.push(finding);
        },
      });
    await Promise.all([recount(), recount(), recount()]);
    expect(findings).toEqual([{ owner: userId, bytes: 2 * png.byteLength, files: 2 }]);
    expect(await used()).toEqual([2 * png.byteLength, 2]);
    await scope.images.delete(file.id);
    expect(await used()).toEqual([png.byteLength, 1]);
    await expectExact();
  });

  it("follows a direct upload that was announced before", async () => {
    const before = harness.storeWith({ quota: undefined }).forUser(userId);
    const announced = { byteSize: png.byteLength, contentType: "image/png" };
    const { id, put } = await before.images.createDirectUpload(announced);
    await sendPut(put, png);
    await harness.maintenance.recount();
    await scope.images.upload({ body: png });
    await scope.images.completeDirectUpload(id);
    await expectExact();
    await harness.database.query("UPDATE direct_uploads SET lease_expires_at = now()");
    for (let sweeps = 0; sweeps < 2; sweeps += 1) {
      await harness.maintenance.sweep();
      await expireUnfinished(harness.database);
    }
    await harness.maintenance.sweep();
    expect(await used()).toEqual([2 * png.byteLength, 2]);
    await expectExact();
  });
});

describe("the number of statements with a quota", () => {
  let logged: LoggedStore;

  beforeAll(() => {
    logged = openLoggedStore(harness);
  });

  afterAll(() => logged.database.close());

  const counted = (): number =>
    logged.statements().filter((text) => !/^\s*(START|COMMIT|ROLLBACK|SET)/.test(text)).length;

  it("is one more for an upload, and the same for a deletion and a page; one for the usage", async () => {
    const own = logged.store.forUser(userId);
    const { images } = own;
    await images.upload({ body: png });
    counted();
    const { file } = await images.upload({ body: png });
    expect(counted()).toBe(3);
    await images.list({ withUrls: true });
    expect(counted()).toBe(1);
    await own.usage();
    expect(counted()).toBe(1);
    await images.delete(file.id);
    expect(counted()).toBe(2);
  });
});
