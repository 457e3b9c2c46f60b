import { createHash } from "node:crypto";

import { describe, expect, it } from "@jest/globals";
import { parseBuffer } from "music-metadata";
import sharp from "sharp";

import { type SampleFormat, sizedMedia, type SizedMediaOptions } from "../src/index.js";

type Variant = readonly [format: SampleFormat, options: SizedMediaOptions];

const IMAGES: readonly Variant[] = [
  ["jpeg", {}],
  ["png", {}],
  ["webp", {}],
  ["gif", {}],
];

const SOUNDS: readonly Variant[] = [
  ["mp3", {}],
  ["mp3", { vbrWithoutHeader: true }],
  ["wav", {}],
  ["flac", {}],
  ["m4a", { moov: "start" }],
  ["m4a", { moov: "end" }],
];

function isImage([format]: Variant): boolean {
  return IMAGES.some(([image]) => image === format);
}

/** Bytes beyond the least size: around the parts that the formats grow by, and their sums. */
const GROWTH = [
  ...Array.from({ length: 14 }, (_, more) => more),
  ...[255, 256, 257, 258, 383, 384, 385, 575, 576, 577, 959, 960, 961],
  ...[65_532, 65_533, 65_536, 65_537, 65_538, 65_541, 65_548, 65_549, 131_072, 131_079],
];

const CHUNK_SIZE = 128 * 1024;

async function collect([format, options]: Variant, byteSize: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of sizedMedia(format, byteSize, options)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The least size that the refusal of one byte names. */
async function minimumOf(variant: Variant): Promise<number> {
  const refusal: unknown = await collect(variant, 1).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(refusal).toBeInstanceOf(RangeError);
  return Number(/from (\d+)/.exec(String(refusal))?.[1]);
}

describe.each(IMAGES)("sizedMedia of %s", (...variant) => {
  it.each([3_000_000, 3_000_001, 2_999_999])("decodes at %d bytes", async (byteSize) => {
    const file = await collect(variant, byteSize);
    expect(file).toHaveLength(byteSize);
    const decoder = sharp(file, { failOn: "warning" });
    expect((await decoder.metadata()).format).toBe(variant[0]);
    const { isOpaque, channels } = await decoder.stats();
    expect(isOpaque).toBe(true);
    expect(channels.every(({ stdev }) => stdev > 10)).toBe(true);
  });
});

describe.each(SOUNDS)("sizedMedia of %s with %j", (...variant) => {
  it.each([3_000_000, 3_000_001, 2_999_998, 2_999_999])("plays at %d bytes", async (byteSize) => {
    const file = await collect(variant, byteSize);
    expect(file).toHaveLength(byteSize);
    const { format } = await parseBuffer(file, undefined, { duration: true });
    expect(format.sampleRate).toBeGreaterThanOrEqual(44_100);
    expect(format.duration).toBeGreaterThan(0.9);
  });
});

describe.each([...IMAGES, ...SOUNDS])("sizedMedia of %s with %j", (...variant) => {
  it("reaches every size from the least on, and refuses one byte less", async () => {
    const minimum = await minimumOf(variant);
    expect(minimum).toBeLessThan(65_536);
    for (const more of GROWTH) {
      expect(await collect(variant, minimum + more)).toHaveLength(minimum + more);
    }
    await expect(collect(variant, minimum - 1)).rejects.toThrow(RangeError);
  });

  it("decodes at the least size and just above", async () => {
    const minimum = await minimumOf(variant);
    for (const byteSize of [minimum, minimum + 1, minimum + 2, minimum + 3]) {
      const file = await collect(variant, byteSize);
      if (isImage(variant)) await sharp(file, { failOn: "warning" }).stats();
      else {
        const { format } = await parseBuffer(file, undefined, { duration: true });
        expect(format.duration).toBeGreaterThan(0);
      }
    }
  });

  it("comes in chunks of 128 KiB that the reader may keep", async () => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of sizedMedia(variant[0], 1_000_000, variant[1])) chunks.push(chunk);
    expect(chunks.slice(0, -1).every(({ length }) => length === CHUNK_SIZE)).toBe(true);
    expect(new Set(chunks.map(({ buffer }) => buffer)).size).toBe(chunks.length);
  });

  it("is the same file each time it is read", async () => {
    const media = sizedMedia(variant[0], 300_000, variant[1]);
    const reads: string[] = [];
    for (let read = 0; read < 2; read += 1) {
      const hash = createHash("sha256");
      for await (const chunk of media) hash.update(chunk);
      reads.push(hash.digest("hex"));
    }
    expect(reads[1]).toBe(reads[0]);
  });

  it.each([NaN, -1, 100_000.5, 2 ** 32, Infinity])("refuses %d bytes", async (byteSize) => {
    await expect(collect(variant, byteSize)).rejects.toThrow(RangeError);
  });
});

describe("sizedMedia", () => {
  it("starts a file of 4 GiB without generating the rest", async () => {
    for (const [format, options] of [...IMAGES, ...SOUNDS]) {
      for await (const chunk of sizedMedia(format, 2 ** 32 - 1, options)) {
        expect(chunk).toHaveLength(CHUNK_SIZE);
        break;
      }
    }
  });

  it("tells the duration of an MP3 without a header only to who counts its frames", async () => {
    const constant = await parseBuffer(await collect(["mp3", {}], 1_000_000));
    const variable = await parseBuffer(
      await collect(["mp3", { vbrWithoutHeader: true }], 1_000_000),
      undefined,
      { duration: true },
    );
    expect(constant.format.duration).toBeCloseTo(1_000_000 / 16_000, 0);
    expect(variable.format.duration).toBeCloseTo(1_000_000 / 20_000, 0);
  });

  it("puts the movie box of an M4A where it is asked to", async () => {
    const start = await collect(["m4a", { moov: "start" }], 500_000);
    const end = await collect(["m4a", { moov: "end" }], 500_000);
    expect(start.indexOf("moov")).toBeLessThan(start.indexOf("mdat"));
    expect(end.lastIndexOf("moov")).toBeGreaterThan(450_000);
  });
});
