import type { ByteCursor, Walk } from "../byte-cursor.js";
import {
  FLAC_SYNC_FIXED,
  FLAC_SYNC_VARIABLE,
  type FlacFrameHeader,
  flacFrameHeader,
  MAX_FLAC_HEADER_BYTES,
} from "./flac-frame.js";

/** Places that look like a frame header and are none; chance gives one in 64 KiB or fewer. */
const MAX_FALSE_SYNCS = 1_000_000;
/** A header, one constant subframe and the footer. */
const MIN_FRAME_BYTES = 10;

/**
 * Counts the samples of the frames that come. A FLAC frame does not tell its length, so that one
 * must be searched for; its checksum, and its number, which counts on from the frame before,
 * tell real ones from chance. After a damaged stretch two frames in a row take up the count.
 */
export class FlacFrameCounter {
  samples = 0;

  #falseSyncs = 0;
  #sync: Buffer | undefined;
  #last: FlacFrameHeader | undefined;
  #stray: FlacFrameHeader | undefined;

  /** Reads to the end of the file. Returns the offset of the first frame; undefined if none. */
  *count(source: ByteCursor): Walk<number | undefined> {
    let start: number | undefined;
    while (
      this.#falseSyncs <= MAX_FALSE_SYNCS &&
      (yield* source.seek(
        (window) => this.#scan(window, start === undefined),
        MAX_FLAC_HEADER_BYTES,
      ))
    ) {
      const header = flacFrameHeader(yield* source.peek(MAX_FLAC_HEADER_BYTES), 0);
      if (header !== undefined) {
        start ??= source.position;
        this.#add(header);
      }
      yield* source.skip(header === undefined ? 1 : MIN_FRAME_BYTES);
    }
    yield* source.skip(Infinity);
    return start;
  }

  /** Adds the frames of a window; points at a place that must be seen whole, or at the first. */
  #scan(window: Buffer, stopsAtFrame: boolean): number {
    let at = this.#indexOfSync(window, 0);
    while (at >= 0 && this.#falseSyncs <= MAX_FALSE_SYNCS) {
      if (at + MAX_FLAC_HEADER_BYTES > window.length) return at;
      const header = flacFrameHeader(window, at);
      if (header === undefined) {
        this.#falseSyncs += 1;
      } else if (stopsAtFrame) {
        return at;
      } else {
        this.#add(header);
      }
      at = this.#indexOfSync(window, at + (header === undefined ? 1 : MIN_FRAME_BYTES));
    }
    return -1;
  }

  #add(header: FlacFrameHeader): void {
    this.#sync ??= header.isVariable ? FLAC_SYNC_VARIABLE : FLAC_SYNC_FIXED;
    if (this.#last === undefined || follows(this.#last, header)) {
      this.samples += header.blockSize;
    } else if (this.#stray !== undefined && follows(this.#stray, header)) {
      this.samples += this.#stray.blockSize + header.blockSize;
    } else {
      this.#stray = header;
      this.#falseSyncs += 1;
      return;
    }
    this.#last = header;
    this.#stray = undefined;
  }

  /** The blocking strategy is part of the sync code, and the same in the whole stream. */
  #indexOfSync(window: Buffer, from: number): number {
    if (this.#sync !== undefined) return window.indexOf(this.#sync, from);
    const fixed = window.indexOf(FLAC_SYNC_FIXED, from);
    const variable = window.indexOf(FLAC_SYNC_VARIABLE, from);
    return fixed < 0 || variable < 0 ? Math.max(fixed, variable) : Math.min(fixed, variable);
  }
}

/** Numbers count frames or samples: old encoders counted samples in streams marked as fixed. */
function follows(last: FlacFrameHeader, { number }: FlacFrameHeader): boolean {
  return number === last.number + 1 || number === last.number + last.blockSize;
}
