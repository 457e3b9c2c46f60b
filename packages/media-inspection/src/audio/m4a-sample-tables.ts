import type { ByteCursor, Walk } from "../byte-cursor.js";
import { type Box, boxHead } from "./m4a-boxes.js";
import type { Track } from "./m4a-track.js";

/** Sums up one table of a track as it passes; tables of long files are too big to be kept. */
export type TableReader = (source: ByteCursor, box: Box, track: Track) => Walk<void>;

/** ISO/IEC 14496-12, 8.6.1.2: how many samples have which length. */
export function* sumTimes(source: ByteCursor, box: Box, track: Track): Walk<void> {
  const count = (yield* boxHead(source, box, 8)).readUInt32BE(4);
  yield* foldRecords(source, box, count, 8, (run, at) => {
    const samples = run.readUInt32BE(at);
    track.timedSamples += samples;
    track.timedDuration += samples * run.readUInt32BE(at + 4);
  });
}

/** ISO/IEC 14496-12, 8.7.3.2: one size for all samples, or a size for each. */
export function* sumSizes(source: ByteCursor, box: Box, track: Track): Walk<void> {
  const head = yield* boxHead(source, box, 12);
  const size = head.readUInt32BE(4);
  const count = head.readUInt32BE(8);
  track.sizedSamples += count;
  track.sizedBytes += size * count;
  if (size > 0) return;
  yield* foldRecords(source, box, count, 4, (run, at) => {
    track.sizedBytes += run.readUInt32BE(at);
  });
}

/** ISO/IEC 14496-12, 8.7.3.3: sizes of 4, 8 or 16 bits. */
export function* sumCompactSizes(source: ByteCursor, box: Box, track: Track): Walk<void> {
  const head = yield* boxHead(source, box, 12);
  const bits = head.readUInt8(7);
  const count = head.readUInt32BE(8);
  track.sizedSamples += count;
  yield* foldRecords(source, box, Math.ceil((count * bits) / 16), 2, (run, at) => {
    let pair = run.readUInt16BE(at);
    for (let index = 0; index < 16; index += bits || 16) {
      track.sizedBytes += pair & (2 ** bits - 1);
      pair >>>= bits;
    }
  });
}

/** ISO/IEC 14496-12, 8.6.6: what of the media is shown; empty edits show nothing. */
export function* sumEdits(source: ByteCursor, box: Box, track: Track): Walk<void> {
  const head = yield* boxHead(source, box, 8);
  const isLong = head.readUInt8(0) === 1;
  yield* foldRecords(source, box, head.readUInt32BE(4), isLong ? 20 : 12, (run, at) => {
    const duration = isLong ? Number(run.readBigUInt64BE(at)) : run.readUInt32BE(at);
    const mediaTime = isLong ? Number(run.readBigInt64BE(at + 8)) : run.readInt32BE(at + 4);
    if (mediaTime >= 0) track.editedDuration += duration;
  });
}

function* foldRecords(
  source: ByteCursor,
  box: Box,
  count: number,
  recordBytes: number,
  visit: (run: Buffer, at: number) => void,
): Walk<void> {
  const size = Math.min(count * recordBytes, box.end - source.position);
  yield* source.fold(size, recordBytes, (run) => {
    for (let at = 0; at < run.length; at += recordBytes) visit(run, at);
  });
}
