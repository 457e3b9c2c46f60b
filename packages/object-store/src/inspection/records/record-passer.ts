import { type RecordFormat, recordFormat, type RecordKind } from "./record-kind.js";
import type { PassedRecords } from "./record-run.js";

/** What a parser says of the records that it is passing over. */
export interface RecordsAhead {
  kind: RecordKind;
  /** Bytes that all those behind the one under way may take. */
  room: number;
}

/**
 * Passes over the records of a run where the bytes are, so that they need not go where their parser
 * is. It does nothing but to step from header to header: no file can make that take long.
 */
export class RecordPasser {
  readonly #format: RecordFormat;
  #room: number;
  #count = 0;
  #bytes = 0;
  #last = 0;

  constructor({ kind, room }: RecordsAhead) {
    this.#format = recordFormat(kind);
    this.#room = room;
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
    const { headerBytes } = this.#format;
    let at = from;
    while (at + headerBytes <= bytes.length) {
      const size = this.#format.sizeAt(bytes, at);
      if (size === 0 || size > this.#room) break;
      at += size;
      this.#room -= size;
      this.#count += 1;
      this.#bytes += size;
      this.#last = size;
    }
    return at;
  }
}
