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
  /** Offset of the first frame; undefined where there is none. */
  start: number | undefined;

  #falseSyncs = 0;
  #sync: Buffer | undefined;
  #last: FoundFrame | undefined;
  #stray: FoundFrame | undefined;
  #longestFrame = 0;

  /** Reads to the end of the file. */
  *count(source: ByteCursor): Walk<void> {
    const find = (window: Buffer) => this.#indexOfSync(window);
    while (
      this.#falseSyncs <= MAX_FALSE_SYNCS &&
      (yield* source.seek(find, MAX_FLAC_HEADER_BYTES))
    ) {
      const offset = source.position;
      const header = flacFrameHeader(yield* source.peek(MAX_FLAC_HEADER_BYTES), 0);
      if (header === undefined) this.#falseSyncs += 1;
      else this.#add({ ...header, offset });
      if (!source.skipSoon(header === undefined ? 1 : MIN_FRAME_BYTES)) yield;
    }
    yield* source.skip(Infinity);
  }

  /**
   * Offset behind the last frame: the last is taken to be as long as the longest, since only the
   * next one would show its end.
   */
  end(fileEnd: number): number {
    const { offset } = this.#last ?? { offset: fileEnd };
    return this.#longestFrame === 0 ? fileEnd : Math.min(fileEnd, offset + this.#longestFrame);
  }

  #add(frame: FoundFrame): void {
    this.#sync ??= frame.isVariable ? FLAC_SYNC_VARIABLE : FLAC_SYNC_FIXED;
    this.start ??= frame.offset;
    if (this.#last === undefined || follows(this.#last, frame)) {
      this.samples += frame.blockSize;
      const length = frame.offset - (this.#last ?? frame).offset;
      this.#longestFrame = Math.max(this.#longestFrame, length);
    } else if (this.#stray !== undefined && follows(this.#stray, frame)) {
      this.samples += this.#stray.blockSize + frame.blockSize;
    } else {
      this.#stray = frame;
      this.#falseSyncs += 1;
      return;
    }
    this.#last = frame;
    this.#stray = undefined;
  }

  /** The blocking strategy is part of the sync code, and the same in the whole stream. */
  #indexOfSync(window: Buffer): number {
    if (this.#sync !== undefined) return window.indexOf(this.#sync);
    let at = window.indexOf(0xff);
    while (at >= 0) {
      const next = window[at + 1] ?? 0;
      if ((next & 0xfe) === 0xf8) return at;
      at = next === 0xff ? at + 1 : window.indexOf(0xff, at + 1);
    }
    return -1;
  }
}

interface FoundFrame extends FlacFrameHeader {
  /** From the start of the file. */
  offset: number;
}

/** Numbers count frames or samples: old encoders counted samples in streams marked as fixed. */
function follows(last: FlacFrameHeader, { number }: FlacFrameHeader): boolean {
  return number === last.number + 1 || number === last.number + last.blockSize;
}
