import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";

import { resolveLimits } from "../../src/inspection/inspection-limits.js";
import { IsolatedInspection } from "../../src/inspection/isolation/isolated-inspection.js";
import type { StepRequest } from "../../src/inspection/isolation/protocol.js";
import type { MediaFacts } from "../../src/inspection/media-facts.js";
import { fmt, id3v1, MP3_FRAME_SECONDS, mp3Frames, wav } from "./support/audio.js";
import { bytes, uint16be } from "./support/bytes.js";
import { chunk, pngHeader, riffChunk } from "./support/images.js";
import { inspect, inspectAudio } from "./support/inspect.js";
import { RunnerHere } from "./support/runner-here.js";

/** A runner that notes how many bytes each step takes. */
class NotingRunner extends RunnerHere {
  readonly steps: number[] = [];

  override run(inspection: number, prepare: (window: Buffer) => StepRequest) {
    return super.run(inspection, (window) => {
      const request = prepare(window);
      this.steps.push(request.length);
      return request;
    });
  }
}

/** What the parser of a file that comes in chunks is told, and tells. */
async function told(
  file: Uint8Array,
  chunkBytes: number,
): Promise<{ steps: number[]; facts: MediaFacts }> {
  const runner = new NotingRunner();
  const inspection = new IsolatedInspection(1, resolveLimits({}), {
    worker: () => runner,
    alone: () => Promise.reject(new Error("no worker is lost here")),
    released: () => undefined,
  });
  for (let at = 0; at < file.byteLength; at += chunkBytes) {
    await inspection.write(file.subarray(at, at + chunkBytes));
  }
  return { facts: await inspection.finish(), steps: runner.steps };
}

function pngWith(...chunks: Uint8Array[]): Buffer {
  return bytes(0x89, "PNG\r\n", 0x1a, "\n", pngHeader(30, 20), ...chunks, chunk("IEND"));
}

const image = (count: number) =>
  Array.from({ length: count }, (_value, index) => chunk("IDAT", Buffer.alloc(300 + index)));

/** The same cases on every run. */
const RUNS = { seed: 20_260_101, numRuns: 150 };

describe("records that lie one behind the other", () => {
  it("need not go to the parser of an MP3, frame by frame", async () => {
    const { steps, facts } = await told(bytes(mp3Frames(1000), id3v1("Title")), 5_000);
    expect(facts).toMatchObject({
      durationSeconds: 1000 * MP3_FRAME_SECONDS,
      tags: { title: "Title" },
    });
    // The head, and the tag where the frames end; besides, a header that two chunks share.
    expect(steps.length).toBeLessThan(8);
    expect(steps.reduce((sum, length) => sum + length, 0)).toBeLessThan(7_000);
  });

  it("need not go to the parser of a PNG, chunk by chunk", async () => {
    const comment = chunk("tEXt", Buffer.from("Comment\0here"));
    const file = pngWith(...image(200), comment, ...image(200), chunk("prVt", Buffer.alloc(9)));
    const { steps, facts } = await told(file, 5_000);
    expect(facts).toMatchObject({ format: "png", width: 30, height: 20 });
    expect(steps.length).toBeLessThan(12);
    expect(steps.reduce((sum, length) => sum + length, 0)).toBeLessThan(20_000);
  });

  it("count as parts of a PNG though its parser did not see them", async () => {
    const file = pngWith(...image(100));
    const whole = { limits: { maxParts: 101 } };
    expect(await inspect(file, { ...whole, chunks: [2_000] })).toMatchObject({ format: "png" });
    await expect(inspect(file, { limits: { maxParts: 100 }, chunks: [2_000] })).rejects.toThrow(
      "more than 100 parts",
    );
  });

  it("count only when they have come whole", async () => {
    for (const cut of [1, 100, 416, 417, 418]) {
      const file = mp3Frames(100).subarray(0, 41_700 - cut);
      const expected = await inspect(file, { chunks: [file.byteLength] });
      for (const chunks of [[1_000], [417], [5_000], [418, 1]]) {
        expect(await inspect(file, { chunks })).toEqual(expected);
      }
    }
  });

  it("end with the chunk of a WAV that they lie in", async () => {
    const data = riffChunk("data", bytes(mp3Frames(50), Buffer.alloc(300)));
    // Frames behind it are no audio.
    const file = wav(fmt({ tag: 0x55 }), data, riffChunk("junk", mp3Frames(50)));
    const whole = await inspect(file, { chunks: [file.byteLength] });
    expect(whole).toMatchObject({ durationSeconds: (50 * 1152) / 44_100 });
    for (const chunks of [[700], [2_000, 5], [10_000]]) {
      expect(await inspect(file, { chunks })).toEqual(whole);
    }
  });

  it("are passed over alike however the file comes, with other bytes in between", async () => {
    const stereo = mp3Frames(1);
    // 64 kbit/s: 208 bytes.
    const small = bytes(0xff, 0xfb, 0x50, 0x64, Buffer.alloc(204));
    const piece = fc.oneof(
      fc.integer({ min: 1, max: 40 }).map(mp3Frames),
      fc.constant(bytes(small, stereo, small)),
      fc.uint8Array({ maxLength: 600 }).map((junk) => Buffer.from(junk)),
    );
    const chunks = fc.array(fc.integer({ min: 1, max: 3_000 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { maxLength: 6 }),
        chunks,
        fc.boolean(),
        async (pieces, cut, isInMemory) => {
          const file = bytes(mp3Frames(6), ...pieces);
          const whole = await inspect(file, { chunks: [file.byteLength] });
          expect(await inspect(file, { chunks: cut, isInMemory })).toEqual(whole);
        },
      ),
      RUNS,
    );
  });

  it("are taken up again by another parser where the one before was lost", async () => {
    const file = pngWith(...image(300), chunk("tEXt", uint16be(7)), ...image(50));
    let steps = 0;
    const isLostNow = () => (steps += 1) % 3 === 0;
    expect(await inspect(file, { chunks: [700, 41], isLostNow })).toEqual(await inspect(file));
    expect(steps).toBeGreaterThan(9);
  });

  it("of the least size are counted as well", async () => {
    // MPEG-2.5, 8 kbit/s at 12 kHz: 48 bytes.
    const frame = bytes(0xff, 0xe3, 0x14, 0xc4, Buffer.alloc(44));
    const file = Buffer.concat(Array.from({ length: 20_000 }, () => frame));
    expect(await inspectAudio(file)).toMatchObject({ durationSeconds: (20_000 * 576) / 12_000 });
  });
});
