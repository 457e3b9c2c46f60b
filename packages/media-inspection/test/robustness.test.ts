import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";

import { inspect, verdict } from "./support/inspect.js";
import { bytes } from "./support/bytes.js";
import { TINY_FILES } from "./support/tiny-files.js";

const files = Object.entries(TINY_FILES);
/** The same cases on every run. */
const SEED = 20_260_101;
const REFUSALS = ["empty_file", "invalid_media", "unsupported_media_type"];
const chunkSizes = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 6 });
const anyFile = fc.constantFrom(...Object.values(TINY_FILES));

function patch(file: Buffer, at: number, values: Uint8Array): Buffer {
  const patched = Buffer.from(file);
  const start = at % file.length;
  patched.set(values.subarray(0, file.length - start), start);
  return patched;
}

describe.each(files)("a small file of %s", (_, file) => {
  it("gives the same facts wherever it is cut in two", async () => {
    const expected = await inspect(file);
    for (let at = 1; at < file.length; at += 1) {
      expect(await inspect(file, { chunks: [at, file.length] })).toEqual(expected);
    }
  });

  it("gives the same facts byte by byte", async () => {
    expect(await inspect(file, { chunks: [1] })).toEqual(await inspect(file));
  });

  it("is judged or refused at every length", async () => {
    for (let length = 0; length < file.length; length += 1) {
      const result = await verdict(file.subarray(0, length));
      if (typeof result === "string") expect(REFUSALS).toContain(result);
    }
  });

  it("is judged or refused with any byte set to an extreme", async () => {
    const extremes = [0x00, 0x7f, 0xff];
    for (let at = 0; at < file.length; at += 1) {
      const broken = Buffer.from(file);
      broken[at] = extremes[at % extremes.length] ?? 0;
      const result = await verdict(broken);
      if (typeof result === "string") expect(REFUSALS).toContain(result);
    }
  });
});

describe("damaged files", () => {
  const damage = fc.array(
    fc.record({ at: fc.nat(6000), bytes: fc.uint8Array({ minLength: 1, maxLength: 12 }) }),
    { minLength: 1, maxLength: 6 },
  );

  it("get the same verdict however their bytes are cut into chunks", async () => {
    await fc.assert(
      fc.asyncProperty(anyFile, damage, chunkSizes, async (file, places, chunks) => {
        const broken = places.reduce((sofar, place) => patch(sofar, place.at, place.bytes), file);
        expect(await verdict(broken, chunks)).toEqual(await verdict(broken));
      }),
      { seed: SEED, numRuns: 600 },
    );
  });

  it("get a verdict where parts of several are joined", async () => {
    const part = fc
      .tuple(anyFile, fc.nat(6000), fc.integer({ min: 1, max: 2000 }))
      .map(([file, from, length]) => file.subarray(from % file.length).subarray(0, length));
    await fc.assert(
      fc.asyncProperty(anyFile, fc.array(part, { maxLength: 5 }), chunkSizes, async (...args) => {
        const [head, parts, chunks] = args;
        const joined = bytes(head.subarray(0, 60), ...parts);
        expect(await verdict(joined, chunks)).toEqual(await verdict(joined));
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  it("have positive sizes and durations", async () => {
    await fc.assert(
      fc.asyncProperty(
        anyFile,
        fc.nat(6000),
        fc.uint8Array({ maxLength: 8 }),
        async (file, at, values) => {
          const facts = await verdict(patch(file, at, values));
          if (typeof facts === "string") return;
          if (facts.kind === "image") {
            expect(facts.width * facts.height).toBeGreaterThan(0);
            expect(facts.pages).toBeGreaterThan(0);
            expect([1, 2, 3, 4, 5, 6, 7, 8]).toContain(facts.orientation);
          } else {
            expect(facts.durationSeconds).toBeGreaterThan(0);
            expect(Number.isFinite(facts.durationSeconds)).toBe(true);
            expect(Number.isSafeInteger(facts.bitrate)).toBe(true);
            expect(facts.channels).toBeGreaterThan(0);
            expect(facts.sampleRate).toBeGreaterThan(0);
          }
        },
      ),
      { seed: SEED, numRuns: 600 },
    );
  });
});
