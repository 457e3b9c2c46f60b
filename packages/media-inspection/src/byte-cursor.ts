import { DEFAULT_INSPECTION_LIMITS, type InspectionLimits } from "./limits.js";
import { StepBudget } from "./step-budget.js";
import type { PlaceObserver } from "./tags/place-observer.js";
import { type KeptContent, MAX_KEPT_PICTURE_BYTES } from "./tags/kept-content.js";
import { Tail } from "./tail.js";

/**
 * A parser in straight-line code over bytes that arrive piece by piece: it yields whenever it needs
 * bytes that have not arrived yet, and after many steps.
 */
export type Walk<T> = Generator<undefined, T, undefined>;

/** Consecutive records, each of which starts with its own length. */
export interface RecordFormat {
  /** Bytes needed to recognise a record and read its length. */
  headerBytes: number;
  /** Length of the record at `at`, `headerBytes` or more; 0 if no record starts there. */
  sizeAt(bytes: DataView, at: number): number;
}

/** Records that `hop` skipped. */
export interface HoppedRecords {
  count: number;
  /** Bytes of all of them. */
  bytes: number;
  /** Whether other bytes follow, within the bounds. */
  isFollowed: boolean;
  /** Whether the file ends inside a further record. */
  isCut: boolean;
}

const EMPTY: Buffer = Buffer.alloc(0);
/** Bytes that must arrive before a long `take` or `fold` resumes. */
const MIN_ARRIVAL_BYTES = 4096;
/** Bytes that a loop inside the cursor reads before it checks the budget. */
const WINDOW_BYTES = 64 * 1024;

/** Cost in steps of one call, and of a byte or match in its loops; a step is about 10 ns. */
const CALL = 32;
const PER_TAKEN_BYTE = 1 / 2;
const PER_LOOKED_BYTE = 1 / 8;
const PER_SOUGHT_BYTE = 1 / 64;
const PER_MATCH = 4;
const PER_RUN_BYTE = 1 / 4;
const PER_RECORD = 3 / 2;

/**
 * Reads forward through bytes that are pushed in chunks of any size. Within a chunk it reads the
 * caller's memory; only what straddles two chunks is copied. Skipping costs nothing per byte.
 *
 * The end of the file is not an error here: every read then returns fewer bytes than asked for.
 *
 * Every call and every byte read is charged to the budget, so a parser cannot loop forever. Callbacks do
 * a bounded amount of work per call.
 */
export class ByteCursor {
  /** Offset of the next byte from the start of the file. */
  position = 0;
  /** Where readers of tags put what a plan writes anew; undefined where only facts are of interest. */
  kept: KeptContent | undefined;
  /** Is told of places in tags; undefined where they are not of interest. */
  places: PlaceObserver | undefined;

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
  /** Steps to charge with the next call, or with the present one. */
  #pendingSteps = 0;
  #tail: Tail | undefined;
  /** Index in the chunk from which bytes belong to the tail. */
  #tailFrom = 0;
  /** Offset in the file where a nested cursor's bytes end; the nested bytes add no budget. */
  readonly #base: number | undefined;

  constructor(
    readonly limits: InspectionLimits = DEFAULT_INSPECTION_LIMITS,
    readonly budget = new StepBudget(),
    base?: number,
  ) {
    this.#base = base;
  }

  /** A cursor over bytes taken from this one, on the same budget. */
  over(bytes: Uint8Array): ByteCursor {
    const cursor = new ByteCursor(this.limits, this.budget, this.#base ?? this.position);
    cursor.kept = this.kept;
    cursor.push(bytes);
    cursor.end();
    return cursor;
  }

  /** Bytes of a tag's value that are kept at most. */
  get maxValueBytes(): number {
    return this.kept === undefined ? this.limits.maxTagBytes : MAX_KEPT_PICTURE_BYTES;
  }

  /** Lends the next bytes until `release()`. */
  push(chunk: Uint8Array): void {
    this.#chunk = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.#at = 0;
    this.#borrowed = 0;
    this.#tailFrom = 0;
    if (this.#skipping > 0) this.#skipNow();
  }

  /** Ends the file: what was pushed was all of it. */
  end(): void {
    this.#ended = true;
  }

  /** Whether the parser that yielded can go on. */
  get ready(): boolean {
    return this.#ended || (this.#skipping === 0 && this.available >= this.#wanted);
  }

  /** Copies what is still unread of the chunk, so that its memory can be used again. */
  release(): void {
    this.#tail?.append(this.#chunk.subarray(this.#tailFrom));
    this.#hold(this.#chunk.length - this.#at);
    this.#chunk = EMPTY;
    this.#at = 0;
    this.#borrowed = 0;
    this.#tailFrom = 0;
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
  peek(n: number): Walk<Buffer> {
    return this.peekAt(0, n);
  }

  /** The `n` bytes that stand `offset` bytes on, unread still. The view is good until the next call. */
  *peekAt(offset: number, n: number): Walk<Buffer> {
    if (this.available < offset + n) yield* this.#arrive(offset + n);
    const end = Math.min(offset + n, this.available);
    if (this.#spend(CALL + Math.max(0, end - offset) * PER_LOOKED_BYTE, end)) {
      yield* this.#giveWay();
    }
    return this.#window(Math.min(offset + n, this.available)).subarray(offset);
  }

  /** A copy of the next `n` bytes, unread still. They count as reached. */
  *copy(n: number): Walk<Buffer> {
    const bytes = Buffer.from(yield* this.peek(n));
    this.budget.allow(this.position + bytes.length);
    return bytes;
  }

  /** A copy of the next `n` bytes; memory grows with what arrives, not with `n`. */
  *take(count: number): Walk<Buffer> {
    const n = Math.max(0, count);
    if (n <= MIN_ARRIVAL_BYTES) {
      if (this.#spend(CALL + n * PER_TAKEN_BYTE, n)) yield* this.#giveWay();
      if (this.available < n) yield* this.#arrive(n);
      const bytes = Buffer.from(this.#window(Math.min(n, this.available)));
      this.#consume(bytes.length);
      return bytes;
    }
    if (this.#spend(CALL)) yield* this.#giveWay();
    let kept = Buffer.alloc(MIN_ARRIVAL_BYTES);
    let length = 0;
    while (length < n) {
      yield* this.#arrive(Math.min(n - length, MIN_ARRIVAL_BYTES));
      const part = this.#window(Math.min(n - length, this.available, WINDOW_BYTES));
      if (part.length === 0) break;
      if (length + part.length > kept.length) {
        const grown = Buffer.alloc(Math.min(n, Math.max(2 * kept.length, length + part.length)));
        kept.copy(grown, 0, 0, length);
        kept = grown;
      }
      part.copy(kept, length);
      length += part.length;
      this.#consume(part.length);
      if (this.#spend(part.length * PER_TAKEN_BYTE)) yield* this.#giveWay();
    }
    return kept.subarray(0, length);
  }

  /** Skips `n` bytes (none: 0 or less; to the end: `Infinity`) and returns how many came. */
  *skip(n: number): Walk<number> {
    if (this.#spend(CALL)) yield* this.#giveWay();
    return yield* this.#skip(n);
  }

  /** Skips the records that begin here, up to other bytes or to the offset `end`. */
  *hop(format: RecordFormat, end = Infinity): Walk<HoppedRecords> {
    const { headerBytes } = format;
    let count = 0;
    let bytes = 0;
    if (this.#spend(CALL)) yield* this.#giveWay();
    for (;;) {
      if (this.available < headerBytes) yield* this.#arrive(headerBytes);
      const window = this.#nextWindow(headerBytes);
      const view = new DataView(window.buffer, window.byteOffset, window.byteLength);
      const room = end - this.position;
      const lastHeader = window.length - headerBytes;
      const before = count;
      let at = 0;
      let last = 0;
      let size = 0;
      while (at <= lastHeader) {
        size = format.sizeAt(view, at);
        if (size === 0 || at + size > room) break;
        last = size;
        at += size;
        count += 1;
      }
      const isOther = at <= lastHeader;
      const isOver = this.#spend((count - before) * PER_RECORD, at);
      // The file may end inside the last one.
      if ((yield* this.#skip(at)) < at) {
        return { count: count - 1, bytes: bytes + at - last, isFollowed: false, isCut: true };
      }
      bytes += at;
      if (isOther || lastHeader < 0) {
        return { count, bytes, isFollowed: isOther && size === 0, isCut: false };
      }
      if (isOver) yield* this.#giveWay();
    }
  }

  /**
   * Skips `n` bytes, showing them in runs that are whole multiples of `unit` bytes.
   *
   * @param stepsPerByte what `visit` takes
   */
  *fold(
    n: number,
    unit: number,
    visit: (run: Buffer) => void,
    stepsPerByte = PER_TAKEN_BYTE,
  ): Walk<void> {
    if (this.#spend(CALL)) yield* this.#giveWay();
    let left = n - (n % unit);
    while (left > 0) {
      yield* this.#arrive(
        Math.min(left, Math.max(unit, MIN_ARRIVAL_BYTES - (MIN_ARRIVAL_BYTES % unit))),
      );
      const size = Math.min(left, this.available, Math.max(unit, WINDOW_BYTES));
      const run = this.#window(size - (size % unit));
      if (run.length === 0) break;
      visit(run);
      left -= run.length;
      this.#consume(run.length);
      if (this.#spend(run.length * stepsPerByte)) yield* this.#giveWay();
    }
  }

  /**
   * Moves to the next match that `visit` accepts. A match is a position with `byte` at `offset` bytes on.
   * Of a run of the byte itself, only the last is a match if `offset` is 0. Each match is visited once,
   * with `lookahead` bytes from it (fewer at the end of the file).
   *
   * @param visit gets a window, which begins at the cursor's position, and the index of the match in it.
   *   Returns 0 to stop there, or how many bytes to advance
   * @returns false if there is none up to the file's end or `within` bytes on
   */
  *seek(
    { byte, offset = 0 }: { byte: number; offset?: number },
    lookahead: number,
    visit: (window: Buffer, at: number) => number,
    within = Number.POSITIVE_INFINITY,
  ): Walk<boolean> {
    const limit = this.position + within;
    if (this.#spend(CALL)) yield* this.#giveWay();
    for (;;) {
      if (this.available < lookahead) yield* this.#arrive(lookahead);
      const window = this.#nextWindow(lookahead);
      const isLast = this.#ended && window.length === this.available;
      const sure = isLast ? window.length : window.length - lookahead + 1;
      const bound = limit - this.position + 1;
      const end = Math.min(sure, window.length - offset, bound);
      const match = { byte, offset, bound };
      let matches = 0;
      let step = 1;
      let at = this.#matchFrom(window, 0, match);
      while (at < end) {
        matches += 1;
        step = visit(window, at);
        if (step === 0) break;
        at = this.#matchFrom(window, at + step, match);
      }
      // No match can begin in the last bytes of the file.
      if (isLast && step !== 0) at = Math.max(at, window.length);
      const count = Math.max(0, Math.min(at, bound));
      const isOver = this.#spend(matches * PER_MATCH + count * PER_SOUGHT_BYTE, count);
      yield* this.#skip(count);
      if (step === 0) return true;
      if (this.atEnd || this.position > limit) return false;
      if (isOver) yield* this.#giveWay();
    }
  }

  /** Skips zeros, `within` bytes at most. Returns false where no other byte follows within these. */
  *skipZeros(within: number): Walk<boolean> {
    if (this.#spend(CALL)) yield* this.#giveWay();
    for (let left = within; ;) {
      yield* this.#arrive(1);
      const window = this.#window(Math.min(this.available, WINDOW_BYTES, left + 1));
      let count = 0;
      while (window[count] === 0) count += 1;
      const isFound = count < window.length;
      this.#consume(count);
      left -= count;
      if (this.#spend(count * PER_LOOKED_BYTE)) yield* this.#giveWay();
      if (isFound) return true;
      if (left < 0 || this.atEnd) return false;
    }
  }

  /** Charges the steps of a callback that does more than a few operations. */
  charge(steps: number): void {
    this.#pendingSteps += steps;
  }

  /** Gives way after work that the cursor does not see. */
  pause(): Walk<void> {
    return this.#giveWay();
  }

  /** Keeps the last `size` bytes of the file, of those from here on. */
  keepTail(size: number): void {
    this.#tail = new Tail(size);
    this.#tail.append(
      this.#held.subarray(
        this.#heldStart,
        Math.max(this.#heldStart, this.#heldEnd - this.#borrowed),
      ),
    );
    this.#tailFrom = this.#at - Math.min(this.#borrowed, this.#heldEnd - this.#heldStart);
  }

  /** What `keepTail` kept, once the file has ended. */
  tail(): Buffer {
    const last = this.#chunk.subarray(this.#tailFrom);
    this.#tailFrom = this.#chunk.length;
    return this.#tail?.endingWith(last) ?? EMPTY;
  }

  /** @returns whether the parser should give way */
  #spend(steps: number, ahead = 0): boolean {
    const pending = this.#pendingSteps;
    this.#pendingSteps = 0;
    return this.budget.spend(steps + pending, this.#base ?? this.position + ahead);
  }

  *#giveWay(): Walk<void> {
    this.#wanted = 0;
    yield;
    this.budget.beginSlice();
  }

  *#arrive(n: number): Walk<void> {
    while (this.available < n && !this.#ended) {
      this.#wanted = n;
      yield;
    }
    this.#wanted = 0;
  }

  *#skip(n: number): Walk<number> {
    const from = this.position;
    this.#skipping = Math.max(0, n);
    this.#skipNow();
    if (this.#skipping > 0 && !this.#ended) yield;
    this.#skipping = 0;
    return this.position - from;
  }

  /** Bytes to loop over: those held with as many more as a look takes, then those of the chunk. */
  #nextWindow(lookahead: number): Buffer {
    const held = this.#heldEnd - this.#heldStart;
    return this.#window(
      Math.min(this.available, WINDOW_BYTES, held === 0 ? WINDOW_BYTES : held + lookahead - 1),
    );
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

  /**
   * The first match from an index on. If the window has none, the first index behind those that were
   * searched, which may be beyond it.
   */
  #matchFrom(
    window: Buffer,
    from: number,
    { byte, offset, bound }: { byte: number; offset: number; bound: number },
  ): number {
    if (from + offset >= window.length) return Math.max(from, window.length - offset);
    const found = window.indexOf(byte, from + offset);
    if (found < 0) return window.length - offset;
    if (offset > 0) return found - offset;
    let last = found;
    while (window[last + 1] === byte) last += 1;
    this.charge((Math.min(last, bound) - Math.min(found, bound)) * PER_RUN_BYTE);
    return last;
  }

  #skipNow(): void {
    const now = Math.min(this.#skipping, this.available);
    this.#consume(now);
    this.#skipping -= now;
  }
}
