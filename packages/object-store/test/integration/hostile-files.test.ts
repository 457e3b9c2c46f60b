import { monitorEventLoopDelay } from "node:perf_hooks";

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { ProcessPool } from "@repo/media-processing";
import type { Sample } from "@repo/sample-media";

import { InspectionPool } from "../../src/inspection/isolation/inspection-pool.js";
import { providerOver, sqlPersistence } from "../../src/object-store-provider.js";
import type { MediaScope } from "../../src/provider.js";
import type { MediaBody } from "../../src/upload/media-body.js";
import { pieces, sha256 } from "../support/bytes.js";
import { type Harness, openHarness } from "../support/harness.js";
import { allSamples, sampleOf, uploadSample } from "../support/samples.js";

const MEBIBYTE = 1024 * 1024;
const UPLOADS = 32;
/** Where the bug strikes: a part of a multipart upload has been sent, or most of a PUT. */
const BUG_AT = 9 * MEBIBYTE;

let harness: Harness;
let pool: InspectionPool;
let mine: MediaScope;
let samples: Sample[];
let flac: Buffer;

beforeAll(async () => {
  harness = await openHarness();
  samples = await allSamples();
  // Parsers look through all of a FLAC for frames; here none follow any more.
  flac = Buffer.concat([(await sampleOf("flac")).bytes, Buffer.alloc(10 * MEBIBYTE)]);
});

beforeEach(async () => {
  pool = new InspectionPool(
    { workers: 2, deadlineSeconds: 1, maxHeapMegabytes: 64, maxGrowthMegabytes: 128 },
    new URL("../inspection/isolation/hostile-worker.js", import.meta.url),
  );
  const userId = await harness.addUser();
  mine = providerOver({ s3: harness.s3 }, sqlPersistence(harness.database), {
    parsers: pool,
    decoders: new ProcessPool(),
  }).forUser(userId);
});

afterEach(async () => {
  await pool.end();
});

afterAll(async () => {
  await harness.close();
});

/** Sound up to a place where the workers of this test have a bug. */
function hostile(bug: string): Buffer {
  const file = Buffer.from(flac);
  file.write(bug, BUG_AT, "latin1");
  return file;
}

/** The bytes, their second half after `gate` only. */
async function* heldUp(bytes: Uint8Array, gate: Promise<unknown>): AsyncGenerator<Uint8Array> {
  const half = Math.floor(bytes.byteLength / 2);
  yield* pieces(bytes.subarray(0, half), 20_000);
  await gate;
  yield* pieces(bytes.subarray(half), 20_000);
}

async function multipartUploads(): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of harness.s3.listMultipartUploads()) keys.push(key);
  return keys;
}

/** Uploads every sample in turn; of those of unknown length, half end only after `gate`. */
function startUploads(gate: Promise<unknown>) {
  return Array.from({ length: UPLOADS }, (_each, index) => {
    const sample = samples[index % samples.length];
    if (sample === undefined) throw new Error("there are no samples");
    const end = index % 4 === 1 ? gate : Promise.resolve();
    const body = index % 2 === 0 ? sample.bytes : heldUp(sample.bytes, end);
    return { sample, stored: uploadSample(mine, sample, body) };
  });
}

/** The longest delays that the application's own work meets; printed, as machines differ. */
async function withDelaysPrinted(title: string, work: () => Promise<void>): Promise<void> {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  await work();
  delay.disable();
  const [median, most] = [50, 99].map((share) => (delay.percentile(share) / 1e6).toFixed(1));
  process.stdout.write(
    `event loop delay of ${UPLOADS} uploads beside ${title}: median ${median} ms, 99th percentile ${most} ms\n`,
  );
}

async function expectStored(uploads: ReturnType<typeof startUploads>): Promise<void> {
  for (const { sample, stored } of uploads) {
    const { contentType } = sample.expect;
    expect((await stored).file).toMatchObject({ contentType, sha256: sha256(sample.bytes) });
  }
}

describe("files that make their parser misbehave", () => {
  it("are compared with sound ones", async () => {
    await withDelaysPrinted("2 sound files", async () => {
      const sound = [flac, pieces(flac, 256 * 1024)].map((body) => mine.audio.upload({ body }));
      await expectStored(startUploads(Promise.allSettled(sound)));
      await Promise.all(sound);
    });
    expect(await mine.count()).toBe(UPLOADS + 2);
  });

  it.each([
    ["spins", "!spin"],
    ["eats the heap", "!heap"],
    ["eats memory outside the heap", "!bufs"],
  ])("(it %s) are refused, and 32 uploads go on beside them", async (what, bug) => {
    await withDelaysPrinted(`2 files whose parser ${what}`, async () => {
      const bodies: MediaBody[] = [hostile(bug), pieces(hostile(bug), 256 * 1024)];
      const refusals = bodies.map(async (body) => {
        await expect(mine.audio.upload({ body })).rejects.toMatchObject({
          code: "invalid_media",
          message: expect.stringMatching(/took too long|too much memory/),
        });
      });
      await expectStored(startUploads(Promise.allSettled(refusals)));
      await Promise.all(refusals);
    });
    expect(await mine.count()).toBe(UPLOADS);
    const rows = await harness.rows();
    expect(rows.filter(({ state }) => state !== "file")).toEqual([]);
    expect(await harness.keys()).toEqual(rows.map(({ s3_key }) => s3_key).sort());
    expect(await multipartUploads()).toEqual([]);
  });
});
