import { viewOf } from "./records/record-format.js";
import type { RecordsAhead } from "./records/record-passer.js";
import type { PassedRecords, RecordRun } from "./records/record-run.js";
import { type Checkpoint, type Progress, SeenProgress } from "./seen-progress.js";

/**
 * A parser in straight-line code over bytes that arrive piece by piece: it gives way (`yield`)
 * whenever it needs bytes which have not arrived yet.
 */
export type Walk<T> = Generator<undefined, T, undefined>;

const EMPTY: Buffer = Buffer.alloc(0);
/** How much arrives before a long `take` or `fold` goes on: spares a resumption per tiny chunk. */
const STEP = 4096;

/** The end of the file, as a parser asks for it. */
export interface TailRequest {
  /** The most bytes. */
  size: number;
  /** Offset before which no byte counts. */
  from: number;
  /** Those from `from` on that came in earlier chunks. */
  before: Buffer;
}

/**
 * Reads forward through bytes that are pushed in chunks of any size. Within a chunk it reads the
 * caller's memory; only what straddles two chunks is copied. Skipping costs nothing per byte.
 *
 * The end of the file is not an error here: every read then returns fewer bytes than asked for.
 *
 * It knows which bytes the parser saw: another parser that sees these, and passes over the others,
 * comes to the same state.
 */
export class ByteCursor {
  /** Offset of the next byte from the start of the file. */
  position = 0;

  /** Copied bytes that come before `#chunk`; the last `#borrowed` of them are still in it too. */
  #held = EMPTY;
  #heldStart = 0;
  #heldEnd = 0;
  #borrowed = 0;
  #chunk = EMPTY;
  #at = 0;
  #ended = false;
  #wanted = 0;
  #skipping = 0;
  /** The run of records that is being passed over. */
  #records: RecordRun | undefined;
  #tailRequest: TailRequest | undefined;
  #tail = EMPTY;
  #resumption: Checkpoint | undefined;
  readonly #seen = new SeenProgress();

  /** A cursor over bytes that are all there. */
  static over(bytes: Uint8Array): ByteCursor {
    const cursor = new ByteCursor();
    cursor.push(bytes);
    cursor.end();
    return cursor;
  }

  /** Lends the next bytes until `release()`. */
  push(chunk: Uint8Array): void {
    this.#chunk = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.#at = 0;
    this.#borrowed = 0;
    if (this.#skipping > 0) this.#skipNow();
  }

  /**
   * Stands for the next `count` bytes, which the parser would skip or seek through in vain: at most
   * `skipping` of them and those of the records, or those which another parser did not see.
   *
   * @param records of `recordsAhead` to which the bytes behind those skipped belong
   */
  pass(count: number, records?: PassedRecords): void {
    if (count === 0) return;
    // On the way to a checkpoint they are skipped like all else.
    if (records !== undefined && this.#skipping < count) this.#passRecords(records);
    this.#consume(this.available);
    this.position += count;
    this.#skipping = Math.max(0, this.#skipping - count);
  }

  /** Ends the file; `tail` is what `keepTail` asked for. */
  end(tail: Buffer = EMPTY): void {
    this.#ended = true;
    this.#tail = tail;
  }

  /** How many of the next bytes the parser skips unseen. */
  get skipping(): number {
    return this.#skipping;
  }

  /** The records that come behind the bytes skipped, where they can be passed over as well. */
  get recordsAhead(): RecordsAhead | undefined {
    if (this.#records === undefined || this.#skipping === 0) return undefined;
    const { kind, bounds, begun } = this.#records;
    const room = bounds.end - this.position - this.#skipping;
    return { kind, room, most: bounds.most - begun };
  }

  /** The end of the file that must be given to `end`. */
  get tailRequest(): TailRequest | undefined {
    return this.#tailRequest;
  }

  /** What the parser saw since the last call. */
  takeProgress(): Progress {
    return this.#seen.take();
  }

  /** Has the parser go on from the checkpoint of another, once it comes to the resumable part. */
  resumeAt(checkpoint: Checkpoint): void {
    this.#resumption = checkpoint;
  }

  /**
   * Begins the resumable part of the file. Where the parser is to go on from a checkpoint, the
   * cursor moves there, and the state is given back.
   *
   * @param snapshot the present checkpoint; undefined while there is none
   */
  *resumable(snapshot: () => Checkpoint | undefined): Walk<readonly number[] | undefined> {
    const resumption = this.#resumption;
    this.#resumption = undefined;
    this.#seen.beginResumable(snapshot);
    if (resumption !== undefined) yield* this.skip(resumption.offset - this.position);
    return resumption?.state;
  }

  /** Ends the resumable part. */
  endResumable(): void {
    this.#seen.endResumable();
  }

  /** Whether the parser that gave way can go on. */
  get ready(): boolean {
    return this.#ended || (this.#skipping === 0 && this.available >= this.#wanted);
  }

  /** Copies what is still unread of the chunk, so that its memory can be used again. */
  release(): void {
    this.#seen.add(this.position, this.position + this.available);
    this.#hold(this.#chunk.length - this.#at);
    this.#chunk = EMPTY;
    this.#at = 0;
    this.#borrowed = 0;
  }

  /** Bytes that have arrived and are unread. */
  get available(): number {
    return this.#heldEnd - this.#heldStart + this.#chunk.length - this.#at;
  }

  /** Whether the file ends here. */
  get atEnd(): boolean {
    return this.#ended && this.available === 0;
  }

  /** The next `n` bytes, unread still. The view is good until the next call. */
  *peek(n: number): Walk<Buffer> {
    if (this.available < n) yield* this.#arrive(n);
    return this.#look(Math.min(n, this.available));
  }

  /** A copy of the next `n` bytes; memory grows with what arrives, not with `n`. */
  *take(count: number): Walk<Buffer> {
    const n = Math.max(0, count);
    if (n <= STEP) {
      if (this.available < n) yield* this.#arrive(n);
      const bytes = Buffer.from(this.#look(Math.min(n, this.available)));
      this.#consume(bytes.length);
      return bytes;
    }
    let kept = Buffer.alloc(STEP);
    let length = 0;
    while (length < n) {
      yield* this.#arrive(Math.min(n - length, STEP));
      const part = this.#look(Math.min(n - length, this.available));
      if (part.length === 0) break;
      if (length + part.length > kept.length) {
        const grown = Buffer.alloc(Math.min(n, Math.max(2 * kept.length, length + part.length)));
        kept.copy(grown, 0, 0, length);
        kept = grown;
      }
      part.copy(kept, length);
      length += part.length;
      this.#consume(part.length);
    }
    return kept.subarray(0, length);
  }

  /** Passes over `n` bytes (none: 0 or less; to the end: `Infinity`) and returns how many came. */
  *skip(n: number): Walk<number> {
    const from = this.position;
    if (n > 0 && !this.skipSoon(n)) yield;
    this.#skipping = 0;
    return this.position - from;
  }

  /** Passes over `n` bytes; where it answers false, the parser must give way before it reads on. */
  skipSoon(n: number): boolean {
    this.#skipping = n;
    this.#skipNow();
    this.#wanted = 0;
    return this.#skipping === 0 || this.#ended;
  }

  /**
   * Passes over the records of a run that begins here. Answers whether other bytes follow within its
   * bounds, or more records than there may be.
   */
  *passRecords(run: RecordRun): Walk<boolean> {
    const { headerBytes } = run.format;
    const { end, most } = run.bounds;
    this.#records = run;
    try {
      for (;;) {
        while ((this.#skipping > 0 || this.available < headerBytes) && !this.#ended) {
          this.#wanted = headerBytes;
          yield;
        }
        if (this.#skipping > 0) return false;
        run.complete();
        if (this.available < headerBytes) return false;
        if (run.count >= most) return true;
        const size = run.format.sizeAt(viewOf(this.#look(headerBytes)), 0);
        if (size === 0) return true;
        if (this.position + size > end) return false;
        run.begin(size);
        this.#skipping = size;
        this.#skipNow();
      }
    } finally {
      this.#records = undefined;
      this.#skipping = 0;
    }
  }

  /** Passes over `n` bytes, showing them in runs that are whole multiples of `unit` bytes. */
  *fold(n: number, unit: number, visit: (run: Buffer) => void): Walk<void> {
    let left = n - (n % unit);
    while (left > 0) {
      yield* this.#arrive(Math.min(left, Math.max(unit, STEP - (STEP % unit))));
      const size = Math.min(left, this.available);
      const run = this.#look(size - (size % unit));
      if (run.length === 0) break;
      visit(run);
      left -= run.length;
      this.#consume(run.length);
    }
  }

  /** The next byte, read; undefined where none has arrived. For tight loops. */
  byteNow(): number | undefined {
    const byte =
      this.#heldEnd > this.#heldStart ? this.#held[this.#heldStart] : this.#chunk[this.#at];
    if (byte !== undefined) {
      this.#seen.add(this.position, this.position + 1);
      this.#consume(1);
    }
    return byte;
  }

  /**
   * Moves to the next place that `find` points at: an index into the window it is shown, or -1.
   * A place is reported only with `lookahead` bytes behind it, save at the end of the file.
   * Returns false where there is none up to the file's end or `within` bytes on. What is sought
   * through in vain does not count as seen: `find` must have no other effect than its answer.
   */
  *seek(
    find: (window: Buffer) => number,
    lookahead: number,
    within = Number.POSITIVE_INFINITY,
  ): Walk<boolean> {
    const limit = this.position + within;
    for (;;) {
      if (this.available < lookahead) yield* this.#arrive(lookahead);
      const held = this.#heldEnd - this.#heldStart;
      const window = this.#window(
        held === 0 ? this.available : Math.min(this.available, held + lookahead - 1),
      );
      const found = find(window);
      const isSure = found >= 0 && (window.length - found >= lookahead || this.#ended);
      if (isSure && this.position + found <= limit) {
        this.#consume(found);
        this.#seen.add(this.position, this.position + Math.min(lookahead, this.available));
        return true;
      }
      const unseen = this.#ended && window.length === this.available ? 0 : lookahead - 1;
      const passed = found >= 0 ? found : window.length - unseen;
      this.#consume(Math.max(0, Math.min(passed, limit + 1 - this.position)));
      if (this.atEnd || this.position > limit) return false;
    }
  }

  /** Asks for the last `size` bytes of the file, of those from here on. */
  keepTail(size: number): void {
    const before = Buffer.from(
      this.#held.subarray(
        this.#heldStart,
        Math.max(this.#heldStart, this.#heldEnd - this.#borrowed),
      ),
    );
    this.#tailRequest = { size, from: this.position, before };
    if (this.#ended) this.#tail = before.subarray(Math.max(0, before.length - size));
  }

  /** What `keepTail` asked for, once the file has ended. */
  tail(): Buffer {
    return this.#tail;
  }

  #passRecords(records: PassedRecords): void {
    if (this.#records === undefined) throw new Error("no records are being passed over");
    this.#records.pass(records);
    this.#skipping += records.bytes;
  }

  *#arrive(n: number): Walk<void> {
    while (this.available < n && !this.#ended) {
      this.#wanted = n;
      yield;
    }
  }

  #look(n: number): Buffer {
    this.#seen.add(this.position, this.position + n);
    return this.#window(n);
  }

  #window(n: number): Buffer {
    const held = this.#heldEnd - this.#heldStart;
    if (held === 0) return this.#chunk.subarray(this.#at, this.#at + n);
    if (held < n) {
      const more = n - held;
      this.#hold(more);
      this.#borrowed += more;
    }
    return this.#held.subarray(this.#heldStart, this.#heldStart + n);
  }

  /** Appends `n` bytes of the chunk to the held ones, in amortised constant time per byte. */
  #hold(n: number): void {
    if (n === 0) return;
    const held = this.#heldEnd - this.#heldStart;
    if (this.#heldEnd + n > this.#held.length) {
      const room =
        2 * (held + n) <= this.#held.length ? this.#held : Buffer.alloc(2 * (held + n) + 64);
      this.#held.copy(room, 0, this.#heldStart, this.#heldEnd);
      this.#held = room;
      this.#heldStart = 0;
      this.#heldEnd = held;
    }
    this.#chunk.copy(this.#held, this.#heldEnd, this.#at, this.#at + n);
    this.#heldEnd += n;
    this.#at += n;
  }

  #consume(n: number): void {
    this.position += n;
    const fromHeld = Math.min(n, this.#heldEnd - this.#heldStart);
    this.#heldStart += fromHeld;
    this.#at += n - fromHeld;
    const held = this.#heldEnd - this.#heldStart;
    if (held <= this.#borrowed) {
      this.#at -= held;
      this.#borrowed = 0;
      this.#heldStart = 0;
      this.#heldEnd = 0;
    }
  }

  #skipNow(): void {
    const now = Math.min(this.#skipping, this.available);
    this.#consume(now);
    this.#skipping -= now;
  }
}
