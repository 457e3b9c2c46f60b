import { InspectionError } from "../errors.js";
import type { ByteCursor, Walk } from "../byte-cursor.js";
import { type Box, boxHead } from "./m4a-boxes.js";
import type { Track } from "./m4a-track.js";

/** Of one file. Real files have a handful; an editor may leave hundreds. */
export const MAX_EDITS = 10_000;
/** Cost in steps of an edit that is kept. */
const PER_EDIT = 8;
const COMPACT_SIZE_BITS: readonly number[] = [4, 8, 16];

/** Sums up one table of a track as it passes; tables of long files are too big to be kept. */
export type TableReader = (source: ByteCursor, box: Box, track: Track) => Walk<void>;

/** ISO/IEC 14496-12, 8.6.1.2: how many samples have which length. */
export function* sumTimes(source: ByteCursor, box: Box, track: Track): Walk<void> {
  const count = (yield* boxHead(source, box, 8)).readUInt32BE(4);
  yield* foldRecords(source, box, count, 8, (run, at) => {
    track.lengths.add(run.readUInt32BE(at), run.readInt32BE(at + 4));
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

/** ISO/IEC 14496-12, 8.7.3.3: sizes of 4, 8 or 16 bits; a table of others tells nothing. */
export function* sumCompactSizes(source: ByteCursor, box: Box, track: Track): Walk<void> {
  const head = yield* boxHead(source, box, 12);
  const bits = head.readUInt8(7);
  if (!COMPACT_SIZE_BITS.includes(bits)) return;
  const count = head.readUInt32BE(8);
  const mask = 2 ** bits - 1;
  const perPair = 16 / bits;
  track.sizedSamples += count;
  yield* foldRecords(source, box, Math.ceil(count / perPair), 2, (run, at) => {
    const pair = run.readUInt16BE(at);
    for (let shift = 0; shift < 16; shift += bits) track.sizedBytes += (pair >>> shift) & mask;
    source.charge(perPair);
  });
}

/**
 * ISO/IEC 14496-12, 8.6.6: what of the media is played, and where silence is.
 *
 * @throws InspectionError when there are too many to keep.
 */
export function* readEdits(source: ByteCursor, box: Box, track: Track): Walk<void> {
  const head = yield* boxHead(source, box, 8);
  const isLong = head.readUInt8(0) === 1;
  const count = head.readUInt32BE(4);
  const recordBytes = isLong ? 20 : 12;
  const came = Math.min(count, (box.end - source.position) / recordBytes);
  if (track.edits.length + came > MAX_EDITS) {
    throw tooManyEdits();
  }
  yield* foldRecords(source, box, count, recordBytes, (run, at) => {
    const duration = isLong ? Number(run.readBigUInt64BE(at)) : run.readUInt32BE(at);
    const mediaTime = isLong ? Number(run.readBigInt64BE(at + 8)) : run.readInt32BE(at + 4);
    track.edits.push({ duration, mediaTime });
    source.charge(PER_EDIT);
  });
}

export function tooManyEdits(): InspectionError {
  return new InspectionError(
    "invalid_media",
    `The M4A has edit lists of more than ${MAX_EDITS} entries in all.`,
  );
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
