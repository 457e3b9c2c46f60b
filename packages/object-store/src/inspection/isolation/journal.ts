import type { SeenPart } from "../media-inspector.js";

const FIRST_BYTES = 4096;
/** Twice ten digits of seven bits, more than any gap and length take. */
const MAX_HEADER_BYTES = 20;

/**
 * The parts of a file that its parser saw: enough to bring another parser to the same state. For
 * most files this is little; of MP3, four bytes per frame.
 */
export class Journal {
  #bytes = Buffer.alloc(0);
  #length = 0;
  #end = 0;
  #isComplete = true;

  /** @param maxBytes beyond which nothing is kept any more */
  constructor(private readonly maxBytes: number) {}

  /** Offset in the file behind the last part. */
  get end(): number {
    return this.#end;
  }

  /** Undefined where the journal outgrew its bound. */
  get bytes(): Uint8Array | undefined {
    return this.#isComplete ? this.#bytes.subarray(0, this.#length) : undefined;
  }

  /** Adds the part that begins at the offset `start` of the file. */
  append(start: number, bytes: Uint8Array): void {
    if (!this.#isComplete) return;
    this.#reserve(MAX_HEADER_BYTES + bytes.length);
    if (this.#length + MAX_HEADER_BYTES + bytes.length > this.maxBytes) {
      this.#isComplete = false;
      this.#bytes = Buffer.alloc(0);
      return;
    }
    this.#writeNumber(start - this.#end);
    this.#writeNumber(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
    this.#end = start + bytes.length;
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
    yield { gap, bytes: journal.subarray(at, at + length) };
    at += length;
  }
}
