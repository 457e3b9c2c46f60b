import { monitorEventLoopDelay } from "node:perf_hooks";

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { type Sample, validSamples } from "@repo/sample-media";

import { fmt, wav } from "../../../media-inspection/test/support/audio.js";
import type { MediaScope } from "../../src/index.js";
import { pieces, sha256 } from "../support/bytes.js";
import { type Harness, openHarness } from "../support/harness.js";
import { uploadSample } from "../support/samples.js";

const MEBIBYTE = 1024 * 1024;
const UPLOADS = 32;

let harness: Harness;
let mine: MediaScope;
let samples: Sample[];

beforeAll(async () => {
  harness = await openHarness();
  samples = await validSamples();
});

beforeEach(async () => {
  const userId = await harness.addUser();
  mine = harness.store.forUser(userId);
});

afterAll(async () => {
  await harness.close();
});

/** Sound for 9 MiB, so that a part was sent, or most of a PUT; then it takes more steps than any file. */
function hostile(): Buffer {
  const silence = Buffer.from("data\x00\x00\x90\x00", "latin1");
  return Buffer.concat([
    wav(fmt()),
    silence,
    Buffer.alloc(9 * MEBIBYTE),
    Buffer.alloc(3 * MEBIBYTE, "junk\0\0\0\0", "latin1"),
  ]);
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

describe("files that make their parser work as hard as they can", () => {
  it("are refused once they take more steps than any file, and 32 uploads go on beside them", async () => {
    await withDelaysPrinted("2 hostile files", async () => {
      const bodies = [hostile(), pieces(hostile(), 256 * 1024)];
      const refusals = bodies.map(async (body) => {
        await expect(mine.audio.upload({ body })).rejects.toMatchObject({
          code: "invalid_media",
          message: expect.stringMatching(/too much work to read: more than 12000000 steps/),
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
