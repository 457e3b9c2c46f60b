import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";

import { type InspectionLimits, resolveLimits } from "../../src/inspection/inspection-limits.js";
import { IsolatedInspection } from "../../src/inspection/isolation/isolated-inspection.js";
import type { StepRequest } from "../../src/inspection/isolation/protocol.js";
import type { MediaFacts } from "../../src/inspection/media-facts.js";
import { fmt, id3v1, MP3_FRAME_SECONDS, mp3Frames, wav } from "./support/audio.js";
import { bytes, uint32le } from "./support/bytes.js";
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

/** An inspection whose parser is told of by the runner. */
function openOn(runner: RunnerHere, limits: Partial<InspectionLimits> = {}): IsolatedInspection {
  return new IsolatedInspection(1, resolveLimits(limits), {
    worker: () => runner,
    alone: () => Promise.reject(new Error("no worker is lost here")),
    released: () => undefined,
  });
}

/** What the parser of a file that comes in chunks is told, and tells. */
async function told(
  file: Uint8Array,
  chunkBytes: number,
): Promise<{ steps: number[]; facts: MediaFacts }> {
  const runner = new NotingRunner();
  const inspection = openOn(runner);
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

/** 64 kbit/s: 208 bytes, where the other frames have 417. */
const SMALL_FRAME = bytes(0xff, 0xfb, 0x50, 0x64, Buffer.alloc(204));

/** Small frames and others in turns. */
function unevenFrames(pairs: number): Buffer {
  const pair = bytes(SMALL_FRAME, mp3Frames(1));
  return Buffer.concat(Array.from({ length: pairs }, () => pair));
}

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

  it("count as parts of a PNG though its parser did not see them, and when it is replaced", async () => {
    const file = pngWith(...image(100));
    let steps = 0;
    const isLostNow = () => (steps += 1) % 3 === 0;
    for (const options of [{ chunks: [2_000] }, { isLostNow }, { isLostNow, isInMemory: true }]) {
      const of = (maxParts: number) =>
        inspect(file, { chunks: [700, 41], ...options, limits: { maxParts } });
      expect(await of(101)).toMatchObject({ format: "png" });
      await expect(of(100)).rejects.toThrow("more than 100 parts");
    }
    expect(steps).toBeGreaterThan(9);
  });

  it("are too many for a PNG as soon as the limit is passed", async () => {
    const inspection = openOn(new RunnerHere(), { maxParts: 1_000 });
    const tiny = Buffer.concat(Array.from({ length: 200 }, () => chunk("IDAT")));
    // The parser would be asked of a header that is cut, or comes where a chunk ends.
    const cut = 10;
    await inspection.write(bytes(pngWith(...image(1)).subarray(0, -12), tiny.subarray(0, cut)));
    const turned = bytes(tiny.subarray(cut), tiny.subarray(0, cut));
    let written = 0;
    const write = async (): Promise<void> => {
      for (; written < 4_000; written += 200) await inspection.write(turned);
    };
    await expect(write()).rejects.toMatchObject({ code: "invalid_media" });
    // One chunk of the image came before.
    expect(written).toBe(800);
  });

  it("count as parts of a PNG that is cut off within one", async () => {
    const file = pngWith(...image(100)).subarray(0, -20);
    for (const chunks of [[file.byteLength], [2_000], [700, 41]]) {
      expect(await inspect(file, { chunks, limits: { maxParts: 101 } })).toBeDefined();
      await expect(inspect(file, { chunks, limits: { maxParts: 100 } })).rejects.toThrow("parts");
    }
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

  it("do not reach over the end of that chunk", async () => {
    const inside = bytes(mp3Frames(20), mp3Frames(1).subarray(0, 100));
    const data = bytes("data", uint32le(inside.byteLength), inside, mp3Frames(1).subarray(100));
    const file = wav(fmt({ tag: 0x55 }), data, mp3Frames(50));
    for (const chunks of [[file.byteLength], [700], [2_000, 5], [10_000]]) {
      const facts = await inspect(file, { chunks });
      expect(facts).toMatchObject({ durationSeconds: (20 * 1152) / 44_100 });
    }
  });

  it("are passed over alike however the file comes, with other bytes in between", async () => {
    const stereo = mp3Frames(1);
    const piece = fc.oneof(
      fc.integer({ min: 1, max: 40 }).map(mp3Frames),
      fc.constant(bytes(SMALL_FRAME, stereo, SMALL_FRAME)),
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

  it("lie at whatever distances", async () => {
    const frames = unevenFrames(300);
    const file = bytes(mp3Frames(6), frames, mp3Frames(60), frames, id3v1("Title"));
    const expected = { durationSeconds: 1266 * MP3_FRAME_SECONDS, tags: { title: "Title" } };
    for (const chunks of [[file.byteLength], [100_000], [16 * 1024, 40_000], [50_001, 1]]) {
      for (const isInMemory of [false, true]) {
        expect(await inspect(file, { chunks, isInMemory })).toMatchObject(expected);
      }
    }
  });

  it("lie at whatever distances in a WAV, whose audio ends between them", async () => {
    const frames = unevenFrames(200);
    const inside = bytes(mp3Frames(6), frames);
    // 100 bytes of the next frame belong to it.
    const data = bytes("data", uint32le(inside.byteLength + 100), inside);
    const file = wav(fmt({ tag: 0x55 }), data, frames);
    for (const chunks of [[100_000], [16 * 1024, 40_000], [50_001, 1]]) {
      const facts = await inspect(file, { chunks });
      expect(facts).toMatchObject({ durationSeconds: (406 * 1152) / 44_100 });
    }
  });

  it("lie at whatever distances in a PNG", async () => {
    const uneven = Array.from({ length: 300 }, (_value, index) => {
      return chunk("IDAT", Buffer.alloc((index * 37) % 500));
    });
    const file = pngWith(...uneven);
    for (const chunks of [[30_000], [16 * 1024, 40_000], [50_001, 1]]) {
      for (const isInMemory of [false, true]) {
        const of = (maxParts: number) =>
          inspect(file, { chunks, isInMemory, limits: { maxParts } });
        expect(await of(301)).toMatchObject({ format: "png" });
        await expect(of(300)).rejects.toThrow("more than 300 parts");
      }
    }
  });

  it("of the least size are counted as well", async () => {
    // MPEG-2, 8 kbit/s at 24 kHz: 24 bytes.
    const frame = bytes(0xff, 0xf3, 0x14, 0xc4, Buffer.alloc(20));
    const file = Buffer.concat(Array.from({ length: 20_000 }, () => frame));
    expect(await inspectAudio(file)).toMatchObject({ durationSeconds: (20_000 * 576) / 24_000 });
  });
});
