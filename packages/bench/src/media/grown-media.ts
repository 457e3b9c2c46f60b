import { crc32 } from "node:zlib";

import { validSamples } from "@repo/sample-media";

import { keptFile, type MediaFile } from "./media-file.js";

/** Gives the file with its picture or sound grown by so many bytes, which no decoder has to understand. */
type Grow = (sample: Buffer, growth: number) => Buffer[];

/** Behind the end of each file, where privacy finds it. */
const SECRET = Buffer.from("a secret of its owner");

const FILLER = 0x55;

/** By the formats that grow by what privacy keeps. */
export const GROWN = {
  jpeg: { sample: "alpine-dawn.jpg", grow: growJpeg },
  png: { sample: "mandala-alpha.png", grow: growPng },
  webp: { sample: "seigaiha-lossy.webp", grow: growWebp },
  wav: { sample: "harbour-bells.wav", grow: growWav },
  m4a: { sample: "lullaby.m4a", grow: growM4a },
} as const satisfies Readonly<Record<string, { sample: string; grow: Grow }>>;

/** A file of some size with bytes behind its end, made if it is not there yet. */
export function grownFile(format: keyof typeof GROWN, growth: number): Promise<MediaFile> {
  const { sample, grow } = GROWN[format];
  return keptFile(`grown-${growth}.${format}`, async () => {
    const found = (await validSamples()).find(({ name }) => name === sample);
    if (found === undefined) throw new Error(`there is no sample ${sample}`);
    return Buffer.concat([...grow(Buffer.from(found.bytes), growth), SECRET]);
  });
}

/** Before the marker of its end. */
function growJpeg(jpeg: Buffer, growth: number): Buffer[] {
  return [jpeg.subarray(0, -2), Buffer.alloc(growth, FILLER), jpeg.subarray(-2)];
}

/** By one more IDAT before IEND. */
function growPng(png: Buffer, growth: number): Buffer[] {
  const chunk = Buffer.alloc(12 + growth, FILLER);
  chunk.writeUInt32BE(growth);
  chunk.write("IDAT", 4);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, -4)), 8 + growth);
  return [png.subarray(0, -12), chunk, png.subarray(-12)];
}

/** Its only chunk. */
function growWebp(webp: Buffer, growth: number): Buffer[] {
  webp.writeUInt32LE(webp.readUInt32LE(4) + growth, 4);
  webp.writeUInt32LE(webp.readUInt32LE(16) + growth, 16);
  return [webp, Buffer.alloc(growth, FILLER)];
}

/** The `data` at its end. */
function growWav(wav: Buffer, growth: number): Buffer[] {
  const size = wav.indexOf("data") + 4;
  wav.writeUInt32LE(wav.readUInt32LE(4) + growth, 4);
  wav.writeUInt32LE(wav.readUInt32LE(size) + growth, size);
  return [wav, Buffer.alloc(growth, FILLER)];
}

/** Its last sample, which ends with `mdat` and with the file. */
function growM4a(m4a: Buffer, growth: number): Buffer[] {
  const sizes = m4a.indexOf("stsz") + 12;
  const last = sizes + 4 * m4a.readUInt32BE(sizes);
  const mdat = m4a.indexOf("mdat") - 4;
  for (const at of [last, mdat]) m4a.writeUInt32BE(m4a.readUInt32BE(at) + growth, at);
  return [m4a, Buffer.alloc(growth, FILLER)];
}
