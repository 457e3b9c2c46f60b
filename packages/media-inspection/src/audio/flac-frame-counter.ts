import type { ByteCursor, Walk } from "../byte-cursor.js";
import { type FlacFrameHeader, flacFrameHeader, MAX_FLAC_HEADER_BYTES } from "./flac-frame.js";

/** Places that look like a frame header and are none; chance gives one in 64 KiB or fewer. */
const MAX_FALSE_SYNCS = 100_000;
/** A header, one constant subframe and the footer. */
const MIN_FRAME_BYTES = 10;
/** The first byte of a sync code (RFC 9639, 9.1); the second byte holds the blocking strategy. */
const SYNC = 0xff;
/** Steps of decoding a header and checking its sum. */
const HEADER_STEPS = 7;

/**
 * Counts the samples of the frames that come. A FLAC frame does not tell its length, so that one
 * must be searched for; its checksum, and its number, which counts on from the frame before,
 * tell real ones from chance. After a damaged stretch two frames in a row take up the count, unless
 * they begin another stream: the first one is the file.
 */
export class FlacFrameCounter {
  /** Sample frames in the audio frames that came. */
  samples = 0;
  /** Offset of the first frame; undefined where there is none. */
  start: number | undefined;

  #falseSyncs = 0;
  #last: FoundFrame | undefined;
  #stray: FoundFrame | undefined;
  #longestFrame = 0;
  #isOver = false;

  /** @param expectedSamples after so many the stream may end; 0 where unknown */
  constructor(private readonly expectedSamples: number) {}

  /** Offset of the last frame. */
  get lastAt(): number | undefined {
    return this.#last?.offset;
  }

  /** Reads to the end of the file. */
  *count(source: ByteCursor): Walk<void> {
    const isFound = yield* source.seek({ byte: SYNC }, MAX_FLAC_HEADER_BYTES, (window, at) => {
      const isSync = ((window[at + 1] ?? 0) & 0xfe) === 0xf8;
      if (isSync && this.#headerAt(source, window, at) !== undefined) return 0;
      return this.#hasTooMany ? 0 : 1;
    });
    const second = (yield* source.peek(2))[1];
    if (isFound && second !== undefined && !this.#hasTooMany) {
      // Quiet audio is full of the first byte, but not of the second, which is the same in all frames.
      yield* source.seek({ byte: second, offset: 1 }, MAX_FLAC_HEADER_BYTES, (window, at) => {
        if (window[at] !== SYNC) return 1;
        const header = this.#headerAt(source, window, at);
        if (header !== undefined) this.#add(header, source.position + at);
        if (this.#isOver || this.#hasTooMany) return 0;
        return header === undefined ? 1 : MIN_FRAME_BYTES;
      });
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

  #add({ number, blockSize }: FlacFrameHeader, offset: number): void {
    // Written out, as a spread costs more than all else per frame.
    const frame = { number, blockSize, offset };
    this.start ??= frame.offset;
    if (this.#stray !== undefined && follows(this.#stray, frame)) {
      if (this.#beginsStream(this.#stray)) {
        this.#isOver = true;
        return;
      }
      this.samples += this.#stray.blockSize + frame.blockSize;
    } else if (this.#last === undefined || follows(this.#last, frame)) {
      this.samples += frame.blockSize;
      const length = frame.offset - (this.#last ?? frame).offset;
      this.#longestFrame = Math.max(this.#longestFrame, length);
    } else {
      this.#stray = frame;
      this.#falseSyncs += 1;
      return;
    }
    this.#last = frame;
    this.#stray = undefined;
  }

  #beginsStream(frame: FoundFrame): boolean {
    return this.expectedSamples > 0 ? this.samples >= this.expectedSamples : frame.number === 0;
  }

  get #hasTooMany(): boolean {
    return this.#falseSyncs > MAX_FALSE_SYNCS;
  }

  #headerAt(source: ByteCursor, window: Buffer, at: number): FlacFrameHeader | undefined {
    source.charge(HEADER_STEPS);
    const header = flacFrameHeader(window, at);
    if (header === undefined) this.#falseSyncs += 1;
    return header;
  }
}

interface FoundFrame extends Omit<FlacFrameHeader, "bytes"> {
  /** From the start of the file. */
  offset: number;
}

/** Numbers count frames or samples: old encoders counted samples in streams marked as fixed. */
function follows(last: FoundFrame, { number }: FoundFrame): boolean {
  return number === last.number + 1 || number === last.number + last.blockSize;
}
