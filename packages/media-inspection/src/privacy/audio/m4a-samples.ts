import { InspectionError } from "../../errors.js";
import type { ByteCursor, Walk } from "../../byte-cursor.js";
import type { Range } from "../edit-list.js";
import { boxesIn, type MemoryBox } from "./m4a-tree.js";

/** Chunks after which the work gives way. */
const SLICE_CHUNKS = 4096;
const PER_CHUNK = 4;
/** In an entry of QuickTime's version 1, behind the fields of all entries and the samples per packet. */
const BYTES_PER_PACKET_AT = 32;

/**
 * Where the samples of a track are (ISO/IEC 14496-12, 8.7), from the boxes of its `stbl`.
 *
 * @throws InspectionError (`invalid_media`) when its tables do not say
 */
export function* sampleRanges(source: ByteCursor, stbl: readonly MemoryBox[]): Walk<Range[]> {
  const sizeOf = sampleSizes(stbl);
  const offsets = chunkOffsets(stbl);
  const runs = only(stbl, "stsc")?.body;
  const ranges: Range[] = [];
  if (sizeOf.count === 0) return ranges;
  if (runs === undefined || runs.length < 20) throw unclear("stsc");
  const lastRun = Math.min(runs.readUInt32BE(4), Math.floor((runs.length - 8) / 12)) - 1;
  let run = 0;
  let sample = 0;
  for (let chunk = 0; chunk < offsets.count && sample < sizeOf.count; chunk += 1) {
    while (run < lastRun && runs.readUInt32BE(8 + 12 * (run + 1)) <= chunk + 1) run += 1;
    const samples = Math.min(runs.readUInt32BE(8 + 12 * run + 4), sizeOf.count - sample);
    const bytes = sizeOf.sum(sample, samples);
    sample += samples;
    const start = offsets.at(chunk);
    if (bytes > 0) ranges.push([start, start + bytes]);
    source.charge(PER_CHUNK + samples / 4);
    if (chunk % SLICE_CHUNKS === SLICE_CHUNKS - 1) yield* source.pause();
  }
  if (sample < sizeOf.count) throw unclear("stsc");
  return ranges;
}

/** Sorted, and those that touch or overlap as one. */
export function mergedRanges(ranges: readonly Range[]): Range[] {
  const merged: [number, number][] = [];
  for (const [start, end] of ranges.toSorted((one, other) => one[0] - other[0])) {
    const last = merged.at(-1);
    if (last !== undefined && start <= last[1]) last[1] = Math.max(last[1], end);
    else merged.push([start, end]);
  }
  return merged;
}

interface SampleSizes {
  count: number;
  /** Bytes of consecutive samples. */
  sum(first: number, samples: number): number;
}

function sampleSizes(stbl: readonly MemoryBox[]): SampleSizes {
  const table = only(stbl, "stsz")?.body;
  const compact = only(stbl, "stz2")?.body;
  if (table === undefined && compact === undefined) return { count: 0, sum: () => 0 };
  const body = table ?? compact ?? Buffer.alloc(0);
  if (body.length < 12 || (table !== undefined && compact !== undefined)) throw unclear("stsz");
  const count = body.readUInt32BE(8);
  const size = table === undefined ? 0 : body.readUInt32BE(4);
  if (size > 0) {
    requireWholeSamples(stbl, size);
    return { count, sum: (_, samples) => samples * size };
  }
  const bits = table === undefined ? body.readUInt8(7) : 32;
  if (![4, 8, 16, 32].includes(bits) || 12 + Math.ceil((count * bits) / 8) > body.length) {
    throw unclear("stsz");
  }
  const sizeAt = (index: number): number => {
    if (bits === 4) return (body.readUInt8(12 + (index >> 1)) >>> (index % 2 === 0 ? 4 : 0)) & 15;
    return body.readUIntBE(12 + (index * bits) / 8, bits / 8);
  };
  return {
    count,
    sum: (first, samples) => {
      let bytes = 0;
      for (let index = first; index < first + samples; index += 1) bytes += sizeAt(index);
      return bytes;
    },
  };
}

/** Old QuickTime files count frames of PCM as samples of sound that is coded in packets. */
function requireWholeSamples(stbl: readonly MemoryBox[], size: number): void {
  const body = only(stbl, "stsd")?.body ?? Buffer.alloc(0);
  for (const entry of boxesIn(body.subarray(8))) {
    const isVersion1 = body[0] === 0 && entry.body.length >= 36 && entry.body.readUInt16BE(8) === 1;
    const packetBytes = isVersion1 ? entry.body.readUInt32BE(BYTES_PER_PACKET_AT) : 0;
    if (packetBytes > 0 && packetBytes !== size) throw unclear("stsd");
  }
}

interface ChunkOffsets {
  count: number;
  at(chunk: number): number;
}

function chunkOffsets(stbl: readonly MemoryBox[]): ChunkOffsets {
  const short = only(stbl, "stco")?.body;
  const long = only(stbl, "co64")?.body;
  const body = short ?? long;
  if (body === undefined) return { count: 0, at: () => 0 };
  const width = short === undefined ? 8 : 4;
  if (body.length < 8 || (short !== undefined && long !== undefined)) throw unclear("stco");
  const count = body.readUInt32BE(4);
  if (8 + count * width > body.length) throw unclear("stco");
  return {
    count,
    at: (chunk) =>
      width === 4 ? body.readUInt32BE(8 + 4 * chunk) : Number(body.readBigUInt64BE(8 + 8 * chunk)),
  };
}

/** Moves the offsets of a table in place. */
export function moveChunks({ type, body }: MemoryBox, moved: (offset: number) => number): void {
  const count = body.readUInt32BE(4);
  for (let chunk = 0; chunk < count; chunk += 1) {
    if (type === "co64") {
      const at = 8 + 8 * chunk;
      body.writeBigUInt64BE(BigInt(moved(Number(body.readBigUInt64BE(at)))), at);
    } else {
      const at = 8 + 4 * chunk;
      const offset = moved(body.readUInt32BE(at));
      if (offset > 0xffffffff) throw unclear("stco");
      body.writeUInt32BE(offset, at);
    }
  }
}

/** The one box of a type, where there is one. */
function only(boxes: readonly MemoryBox[], type: string): MemoryBox | undefined {
  const found = boxes.filter((each) => each.type === type);
  if (found.length > 1) throw unclear(type);
  return found[0];
}

export function unclear(type: string): InspectionError {
  return new InspectionError(
    "invalid_media",
    `The M4A's ${type} boxes do not tell where all samples are.`,
  );
}
