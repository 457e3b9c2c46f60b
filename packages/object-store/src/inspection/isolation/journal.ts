import type { SeenPart } from "../media-inspector.js";
import type { PassedRecords } from "../records/record-run.js";
import type { Checkpoint } from "../seen-progress.js";

const FIRST_BYTES = 4096;
/** Ten digits of seven bits, more than any number takes. */
const MAX_NUMBER_BYTES = 10;
/** Stands where a part tells how many bytes were seen, if it tells of records instead. */
const RECORDS = 0;

/** A piece of a journal. */
export interface JournalPiece {
  /** Parts, as `readJournal` reads them. */
  bytes: Uint8Array;
  /** Offset in the file behind the last part. */
  end: number;
}

/** A journal as it is handed on. */
export interface JournalCopy extends JournalPiece {
  resumption: Resumption | undefined;
}

/** Where a parser goes on, and the end of the parts that come before the resumable part. */
export interface Resumption {
  checkpoint: Checkpoint;
  headEnd: number;
}

/**
 * The parts of a file that its parser saw: enough to bring another parser to the same state. A
 * checkpoint stands for what was seen between the head, up to where the resumable part begins, and
 * itself.
 */
export class Journal {
  /** Those behind the head, once that has ended. */
  #pieces: Uint8Array[] = [];
  #byteLength = 0;
  #end = 0;
  #head: { pieces: readonly Uint8Array[]; byteLength: number; end: number } | undefined;
  #checkpoint: Checkpoint | undefined;
  #isComplete = true;

  /** @param maxBytes beyond which nothing is kept any more */
  constructor(private readonly maxBytes: number) {}

  /** Whether it holds every part: false once it outgrew its bound. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** Offset in the file behind the last part. */
  get end(): number {
    return this.#end;
  }

  copy(): JournalCopy {
    const pieces = [...(this.#head?.pieces ?? []), ...this.#pieces];
    const bytes = new Uint8Array(Buffer.concat(pieces));
    const checkpoint = this.#checkpoint;
    const resumption = checkpoint && { checkpoint, headEnd: this.#head?.end ?? 0 };
    return { bytes, end: this.#end, resumption };
  }

  /** Adds what follows. */
  add({ bytes, end }: JournalPiece): void {
    if (!this.#isComplete || bytes.byteLength === 0) return;
    this.#end = end;
    this.#pieces.push(bytes);
    this.#byteLength += bytes.byteLength;
    if (this.#byteLength <= this.maxBytes) return;
    this.#isComplete = false;
    this.#pieces = [];
  }

  /** Replaces what was added since the resumable part began. */
  resumeAt(checkpoint: Checkpoint, behind: JournalPiece): void {
    this.#head ??= { pieces: this.#pieces, byteLength: this.#byteLength, end: this.#end };
    this.#pieces = [];
    this.#byteLength = this.#head.byteLength;
    this.#end = this.#head.end;
    this.#checkpoint = checkpoint;
    this.add(behind);
  }
}

/** Writes a journal, piece by piece. */
export class JournalWriter {
  #bytes = Buffer.alloc(0);
  #length = 0;

  /**
   * @param end offset behind the last part of the pieces before
   * @param headEnd the same of those before the resumable part, where there was a checkpoint
   */
  constructor(
    private end: number,
    private headEnd: number | undefined,
  ) {}

  /** What follows comes behind a checkpoint, whose parts come at once behind the head. */
  startBehindHead(): void {
    this.headEnd ??= this.end;
    this.end = this.headEnd;
  }

  /** Adds the part from `from` to `to` of bytes that begin at the offset `start` of the file. */
  append(start: number, bytes: Uint8Array, from: number, to: number): void {
    const size = to - from;
    this.#begin(start + from, size);
    this.#bytes.set(bytes.subarray(from, to), this.#length);
    this.#length += size;
    this.end = start + to;
  }

  /** Adds records that were passed over up to the offset `end`. */
  appendRecords(end: number, { count, bytes, last }: PassedRecords): void {
    this.#begin(end, RECORDS);
    for (const number of [count, bytes, last]) this.#writeNumber(number);
    this.end = end;
  }

  /** What was written since the last call, in memory of its own. */
  take(): JournalPiece {
    const bytes = new Uint8Array(this.#bytes.subarray(0, this.#length));
    this.#length = 0;
    return { bytes, end: this.end };
  }

  #begin(offset: number, size: number): void {
    this.#reserve(5 * MAX_NUMBER_BYTES + size);
    this.#writeNumber(offset - this.end);
    this.#writeNumber(size);
  }

  #writeNumber(value: number): void {
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.#writeByte(0x80 | (rest & 0x7f));
    this.#writeByte(rest);
  }

  #writeByte(byte: number): void {
    this.#bytes[this.#length] = byte;
    this.#length += 1;
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.alloc(Math.max(FIRST_BYTES, needed, 2 * this.#bytes.length));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}

/** The parts that a journal holds. */
export function* readJournal(journal: Uint8Array): Generator<SeenPart> {
  let at = 0;
  const readNumber = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 0x80) {
      const byte = journal[at] ?? 0;
      at += 1;
      value += factor * (byte & 0x7f);
      if (byte < 0x80) return value;
    }
  };
  while (at < journal.length) {
    const gap = readNumber();
    const length = readNumber();
    if (length === RECORDS) {
      yield { gap, records: { count: readNumber(), bytes: readNumber(), last: readNumber() } };
      continue;
    }
    yield { gap, bytes: journal.subarray(at, at + length) };
    at += length;
  }
}
