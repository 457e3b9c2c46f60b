import type { RecordFormat } from "./record-format.js";
import { recordFormat, type RecordKind } from "./record-kind.js";

/** Bounds of a run of records. */
export interface RunBounds {
  /** Offset behind which no record may reach. */
  end: number;
  /** How many records there may be. */
  most: number;
}

/** Records that were passed over without their parser, behind the one that it was in. */
export interface PassedRecords {
  count: number;
  /** Bytes of all of them. */
  bytes: number;
  /** Bytes of the last one, which may still be under way. */
  last: number;
}

/** Records that a parser passes over, one behind the other. It only counts them and their bytes. */
export class RecordRun {
  readonly format: RecordFormat;
  /** Records that were passed over whole. */
  count = 0;
  /** Bytes of these. */
  bytes = 0;
  /** Bytes of the record that is under way; 0 between two of them. */
  #current = 0;
  #isCurrentSeen = true;

  constructor(
    readonly kind: RecordKind,
    readonly bounds: RunBounds,
  ) {
    this.format = recordFormat(kind);
  }

  /** Records whose headers came. */
  get begun(): number {
    return this.count + (this.#current > 0 ? 1 : 0);
  }

  /** Whether a record is under way whose header the parser did not see itself. */
  get isInPassed(): boolean {
    return !this.#isCurrentSeen;
  }

  begin(size: number): void {
    this.#current = size;
  }

  complete(): void {
    if (this.#current === 0) return;
    this.count += 1;
    this.bytes += this.#current;
    this.#current = 0;
    this.#isCurrentSeen = true;
  }

  /** Takes over what was passed without the parser; the record under way is the last of it then. */
  pass({ count, bytes, last }: PassedRecords): void {
    this.complete();
    this.count += count - 1;
    this.bytes += bytes - last;
    this.#current = last;
    this.#isCurrentSeen = false;
  }
}
