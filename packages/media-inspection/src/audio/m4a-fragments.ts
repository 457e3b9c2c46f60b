import type { ByteCursor, Walk } from "../byte-cursor.js";
import { type Box, boxFields, boxHead, requireFields, walkBoxes } from "./m4a-boxes.js";
import { SampleLengths } from "./m4a-sample-lengths.js";

/** What a fragment gives a sample that says nothing itself. */
export interface SampleDefaults {
  duration: number;
  bytes: number;
}

/** The samples of one track in all its fragments. Times are in units of the track's time. */
export interface FragmentedSamples {
  samples: number;
  lengths: SampleLengths;
  bytes: number;
  /** When the first fragment begins. */
  start: number;
  /** What lies between fragments, less what of them overlaps. */
  pauses: number;
  /** When the last fragment begins and ends. */
  lastStart: number;
  lastEnd: number;
}

/** A `traf` box while it is read. */
interface TrackFragment {
  defaults: SampleDefaults;
  sum: FragmentedSamples | undefined;
}

/** ISO/IEC 14496-12, 8.8.7: flags of `tfhd`, each with the bytes of its field. */
const HAS_BASE_OFFSET = 0x01;
const HAS_DESCRIPTION = 0x02;
const HAS_DEFAULT_DURATION = 0x08;
const HAS_DEFAULT_SIZE = 0x10;
/** Of `tfhd`, with all fields. */
const MAX_HEADER_BYTES = 28;
/** ISO/IEC 14496-12, 8.8.8: flags of `trun`; the last four stand for 4 bytes per sample each. */
const HAS_DATA_OFFSET = 0x01;
const HAS_FIRST_FLAGS = 0x04;
const HAS_DURATION = 0x100;
const HAS_SIZE = 0x200;
const SAMPLE_FIELDS = [HAS_DURATION, HAS_SIZE, 0x400, 0x800];

/** Sums up the `moof` boxes of a fragmented file as they pass (ISO/IEC 14496-12, 8.8). */
export class FragmentReader {
  readonly tracks = new Map<number, FragmentedSamples>();

  /** `defaults` come from `moov`, before the first fragment; other tracks have no fragments. */
  constructor(
    private readonly source: ByteCursor,
    private readonly defaults: ReadonlyMap<number, SampleDefaults>,
  ) {}

  read(moof: Box): Walk<void> {
    return walkBoxes(this.source, moof.end, (box) =>
      box.type === "traf" ? this.#readTrack(box) : undefined,
    );
  }

  #readTrack(traf: Box): Walk<void> {
    const fragment: TrackFragment = { defaults: { duration: 0, bytes: 0 }, sum: undefined };
    return walkBoxes(this.source, traf.end, (box) => {
      if (box.type === "tfhd") return this.#readHeader(box, fragment);
      if (box.type === "tfdt") return this.#readStart(box, fragment);
      return box.type === "trun" ? this.#addRun(box, fragment) : undefined;
    });
  }

  *#readHeader(box: Box, fragment: TrackFragment): Walk<void> {
    const head = yield* boxFields(this.source, box, 8, MAX_HEADER_BYTES);
    const flags = head.readUIntBE(1, 3);
    const id = head.readUInt32BE(4);
    const defaults = this.defaults.get(id);
    if (defaults === undefined) return;
    const durationAt = 8 + (flags & HAS_BASE_OFFSET ? 8 : 0) + (flags & HAS_DESCRIPTION ? 4 : 0);
    const sizeAt = durationAt + (flags & HAS_DEFAULT_DURATION ? 4 : 0);
    requireFields(box, head.length, sizeAt + (flags & HAS_DEFAULT_SIZE ? 4 : 0));
    fragment.defaults = {
      duration: flags & HAS_DEFAULT_DURATION ? head.readUInt32BE(durationAt) : defaults.duration,
      bytes: flags & HAS_DEFAULT_SIZE ? head.readUInt32BE(sizeAt) : defaults.bytes,
    };
    fragment.sum = this.tracks.get(id) ?? newSum();
    this.tracks.set(id, fragment.sum);
  }

  /** ISO/IEC 14496-12, 8.8.12. */
  *#readStart(box: Box, { sum }: TrackFragment): Walk<void> {
    const body = yield* boxFields(this.source, box, 8, 12);
    const isLong = body[0] === 1;
    if (isLong) requireFields(box, body.length, 12);
    if (sum === undefined) return;
    const start = isLong ? Number(body.readBigUInt64BE(4)) : body.readUInt32BE(4);
    if (sum.samples === 0) sum.start = start;
    // What begins before the last fragment did is another recording, whose clock starts anew.
    else if (start > sum.lastStart) sum.pauses += start - sum.lastEnd;
    sum.lastStart = start;
    sum.lastEnd = start;
  }

  *#addRun(box: Box, { defaults, sum }: TrackFragment): Walk<void> {
    if (sum === undefined) return;
    const head = yield* boxHead(this.source, box, 8);
    const flags = head.readUIntBE(1, 3);
    const count = head.readUInt32BE(4);
    const skipped = (flags & HAS_DATA_OFFSET ? 4 : 0) + (flags & HAS_FIRST_FLAGS ? 4 : 0);
    if (skipped > 0) yield* this.source.skip(skipped);

    const hasDuration = (flags & HAS_DURATION) !== 0;
    const hasSize = (flags & HAS_SIZE) !== 0;
    const before = sum.lengths.sum;
    sum.samples += count;
    if (!hasDuration) sum.lengths.add(count, defaults.duration);
    if (!hasSize) sum.bytes += count * defaults.bytes;
    const recordBytes = 4 * SAMPLE_FIELDS.filter((field) => flags & field).length;
    const size = Math.min(count * recordBytes, box.end - this.source.position);
    yield* this.source.fold(size, Math.max(1, recordBytes), (run) => {
      for (let at = 0; at < run.length; at += recordBytes) {
        if (hasDuration) sum.lengths.add(1, run.readUInt32BE(at));
        if (hasSize) sum.bytes += run.readUInt32BE(at + (hasDuration ? 4 : 0));
      }
    });
    sum.lastEnd += sum.lengths.sum - before;
  }
}

function newSum(): FragmentedSamples {
  const lengths = new SampleLengths();
  return { samples: 0, lengths, bytes: 0, start: 0, pauses: 0, lastStart: 0, lastEnd: 0 };
}
