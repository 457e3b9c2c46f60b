import type { ByteCursor, Walk } from "../byte-cursor.js";

/** Bytes that are skipped at once where each has to be looked at. */
const SKIPPED_AT_ONCE = 4096;
const NOTHING = Buffer.alloc(0);

/** Bytes that pass, as they were before they were stored. */
export interface ByteSource {
  /** Unread bytes, as stored: no fewer than the source still gives. */
  readonly left: number;
  peek(n: number): Walk<Buffer>;
  take(n: number): Walk<Buffer>;
  /** Returns how many bytes came. */
  skip(n: number): Walk<number>;
}

/** The next `left` bytes of a cursor. */
export class BoundedBytes implements ByteSource {
  readonly #end: number;

  constructor(
    private readonly source: ByteCursor,
    left: number,
  ) {
    this.#end = source.position + left;
  }

  get left(): number {
    return this.#end - this.source.position;
  }

  peek(n: number): Walk<Buffer> {
    return this.source.peek(Math.min(n, this.left));
  }

  take(n: number): Walk<Buffer> {
    return this.source.take(Math.min(n, this.left));
  }

  skip(n: number): Walk<number> {
    return this.source.skip(Math.min(n, this.left));
  }
}

/** The next `size` bytes of a source, counted as they were before they were stored. */
export class PartialBytes implements ByteSource {
  #left: number;

  constructor(
    private readonly source: ByteSource,
    size: number,
  ) {
    this.#left = size;
  }

  get left(): number {
    return Math.min(this.#left, this.source.left);
  }

  *peek(n: number): Walk<Buffer> {
    if (this.left <= 0) return NOTHING;
    return yield* this.source.peek(Math.min(n, this.left));
  }

  *take(n: number): Walk<Buffer> {
    const bytes = yield* this.source.take(Math.min(n, this.left));
    this.#left -= bytes.length;
    return bytes;
  }

  *skip(n: number): Walk<number> {
    if (this.left <= 0 || n <= 0) return 0;
    const count = yield* this.source.skip(Math.min(n, this.left));
    this.#left -= count;
    return count;
  }
}

/**
 * Undoes unsynchronisation (ID3v2.4.0 structure, 6.1) on the way: drops the zero that was put behind
 * every 0xFF.
 */
export class SynchronisedBytes implements ByteSource {
  #last = 0;

  constructor(private readonly stored: ByteSource) {}

  get left(): number {
    return this.stored.left;
  }

  *peek(n: number): Walk<Buffer> {
    return synchronise(yield* this.stored.peek(2 * n), this.#last).subarray(0, n);
  }

  *take(n: number): Walk<Buffer> {
    const parts: Buffer[] = [];
    for (let missing = n; missing > 0;) {
      const bytes = yield* this.stored.take(missing);
      if (bytes.length === 0) break;
      const part = synchronise(bytes, this.#last);
      this.#last = bytes[bytes.length - 1] ?? 0;
      parts.push(part);
      missing -= part.length;
    }
    return Buffer.concat(parts);
  }

  *skip(n: number): Walk<number> {
    let skipped = 0;
    while (skipped < n) {
      const bytes = yield* this.stored.take(Math.min(n - skipped, SKIPPED_AT_ONCE));
      if (bytes.length === 0) break;
      skipped += bytes.length - droppedZeros(bytes, this.#last);
      this.#last = bytes[bytes.length - 1] ?? 0;
    }
    return skipped;
  }
}

/** @param last the byte before, as stored */
function synchronise(stored: Buffer, last: number): Buffer {
  const plain = Buffer.alloc(stored.length);
  let length = 0;
  let before = last;
  for (let at = 0; at < stored.length; at += 1) {
    const byte = stored[at] ?? 0;
    if (byte !== 0 || before !== 0xff) plain[length++] = byte;
    before = byte;
  }
  return plain.subarray(0, length);
}

function droppedZeros(stored: Buffer, last: number): number {
  let count = 0;
  let before = last;
  for (let at = 0; at < stored.length; at += 1) {
    const byte = stored[at] ?? 0;
    if (byte === 0 && before === 0xff) count += 1;
    before = byte;
  }
  return count;
}
