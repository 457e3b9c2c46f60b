import { beforeAll, describe, expect, it } from "@jest/globals";
import type { Sample } from "@repo/sample-media";
import fc from "fast-check";

import { allSamples } from "../../support/samples.js";
import { id3v2, mp3Frames } from "../support/audio.js";
import { inspect } from "../support/inspect.js";
import { TINY_FILES } from "../support/tiny-files.js";

/** The same cases on every run. */
const SEED = 20_260_101;
const chunkSizes = fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 6 });
/** How many steps pass between two losses. */
const losses = fc.array(fc.nat(6), { minLength: 1, maxLength: 4 });

function lostAfter(steps: readonly number[]): () => boolean {
  let index = 0;
  let left = steps[0] ?? 0;
  return () => {
    left -= 1;
    if (left >= 0) return false;
    index += 1;
    left = (steps[index % steps.length] ?? 0) + 1;
    return true;
  };
}

async function outcome(
  bytes: Uint8Array,
  options: Parameters<typeof inspect>[1],
): Promise<unknown> {
  return inspect(bytes, options).catch((error: unknown) => String(error));
}

let samples: Sample[];

beforeAll(async () => {
  samples = await allSamples();
});

describe("an inspection whose workers are lost again and again", () => {
  it("comes to the same verdict on small files, whole or damaged", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.values(TINY_FILES)),
        fc.record({ at: fc.nat(6000), value: fc.nat(255) }),
        chunkSizes,
        losses,
        async (file, { at, value }, chunks, steps) => {
          const damaged = Buffer.from(file);
          damaged[at % damaged.length] = value;
          const expected = await outcome(damaged, { chunks });
          expect(await outcome(damaged, { chunks, isLostNow: lostAfter(steps) })).toEqual(expected);
        },
      ),
      { numRuns: 400, seed: SEED },
    );
  });

  it("goes on between the frames of an MP3 as if it had seen them all, whatever lies between", async () => {
    const frames = fc.integer({ min: 1, max: 30 }).map(mp3Frames);
    // A header that begins no run of frames, and bytes that are none.
    const falseFind = fc.constant(mp3Frames(1).subarray(0, 40));
    const junk = fc.uint8Array({ minLength: 1, maxLength: 700 }).map((bytes) => Buffer.from(bytes));
    const between = fc.oneof(
      falseFind,
      junk,
      fc.constant(id3v2(Buffer.alloc(0), { padding: 300 })),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(frames, between), { minLength: 2, maxLength: 8 }),
        fc.integer({ min: 1, max: 8 }),
        chunkSizes,
        losses,
        async (runs, maxParts, chunks, steps) => {
          const file = Buffer.concat([mp3Frames(6), ...runs.flat()]);
          const limits = { maxParts };
          const expected = await outcome(file, { chunks, limits });
          expect(await outcome(file, { chunks, limits, isLostNow: lostAfter(steps) })).toEqual(
            expected,
          );
        },
      ),
      { numRuns: 300, seed: SEED },
    );
  });

  it("comes to the same verdict on every sample", async () => {
    for (const { name, bytes } of samples) {
      const expected = await inspect(bytes, {});
      for (const isInMemory of [false, true]) {
        const isLostNow = lostAfter([5, 1, 9]);
        const facts = await inspect(bytes, { chunks: [4000, 333], isInMemory, isLostNow });
        expect({ name, ...facts }).toEqual({ name, ...expected });
      }
    }
  });

  it("is not refused for a worker that was lost at its step, as others share it", async () => {
    const options = { chunks: [4000, 333], isLostNow: lostAfter([2, 1, 9]), isAtIt: true };
    for (const { name, bytes } of samples) {
      expect({ name, ...(await inspect(bytes, options)) }).toEqual({
        name,
        ...(await inspect(bytes, {})),
      });
    }
  });

  it("is refused when a worker of its own is lost at the same step", async () => {
    const [{ bytes } = { bytes: Buffer.of() }] = samples;
    await expect(
      inspect(bytes, { isLostNow: () => true, isAtIt: true, isLostAlone: true }),
    ).rejects.toMatchObject({
      code: "invalid_media",
      message: expect.stringContaining("took too long"),
    });
  });
});
