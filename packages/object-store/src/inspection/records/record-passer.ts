import { fetchAhead } from "./fetch-ahead.js";
import { type RecordFormat, viewOf } from "./record-format.js";
import { recordFormat, type RecordKind } from "./record-kind.js";
import type { PassedRecords } from "./record-run.js";

/** What a parser says of the records that it is passing over. */
export interface RecordsAhead {
  kind: RecordKind;
  /** Bytes that all those behind the one under way may take. */
  room: number;
  /** How many there may be. */
  most: number;
}

/** Bytes that are judged, and fetched, at a time. */
const STRETCH_BYTES = 16 * 1024;

/** Uneven distances in a stretch from which waiting for each header costs as much as to fetch all. */
const MANY_UNEVEN = 10;

/**
 * Passes over the records of a run where the bytes are, so that they need not go where their parser
 * is. It only steps from header to header; where no processor foresees where these lie, it has the
 * bytes fetched first. The smallest records, of 12 bytes, cost about as much as it takes to hash them.
 */
export class RecordPasser {
  readonly #format: RecordFormat;
  readonly #most: number;
  #room: number;
  #count = 0;
  #bytes = 0;
  #last = 0;
  /** Whether many headers of the last whole stretch lay at uneven distances, as in a VBR MP3. */
  #isUneven = false;

  constructor({ kind, room, most }: RecordsAhead) {
    this.#format = recordFormat(kind);
    this.#room = room;
    this.#most = most;
  }

  /** What was passed so far; undefined where that is nothing. */
  get passed(): PassedRecords | undefined {
    if (this.#count === 0) return undefined;
    return { count: this.#count, bytes: this.#bytes, last: this.#last };
  }

  /**
   * @param from index of a header
   * @returns the index at which other bytes follow, or a header that is cut off; at or behind the
   *   end of the bytes where the last record is
   */
  pass(bytes: Uint8Array, from: number): number {
    const format = this.#format;
    const view = viewOf(bytes);
    const lastHeader = bytes.byteLength - format.headerBytes;
    const end = from + this.#room;
    const most = this.#most - this.#count;
    let count = 0;
    let at = from;
    let stretchEnd = from;
    let uneven = 0;
    while (at <= lastHeader && count < most) {
      if (at >= stretchEnd) {
        if (at > from) this.#isUneven = uneven >= MANY_UNEVEN;
        uneven = 0;
        stretchEnd = at + STRETCH_BYTES;
        if (this.#isUneven) fetchAhead(bytes, at, stretchEnd);
      }
      const size = format.sizeAt(view, at);
      if (size === 0 || at + size > end) break;
      // Frames of a constant bitrate differ by their padding.
      if (Math.abs(size - this.#last) > 1) uneven += 1;
      at += size;
      count += 1;
      this.#last = size;
    }
    this.#count += count;
    this.#bytes += at - from;
    this.#room = end - at;
    return at;
  }
}
