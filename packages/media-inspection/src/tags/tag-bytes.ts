import type { ByteCursor, Walk } from "../byte-cursor.js";

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

  /** The next of these bytes alone. */
  part(size: number): BoundedBytes {
    return new BoundedBytes(this.source, Math.min(size, this.left));
  }

  /** Skips bytes and shows them. */
  fold(n: number, visit: (run: Buffer) => void): Walk<void> {
    return this.source.fold(Math.min(n, this.left), 1, visit);
  }
}

/**
 * Undoes unsynchronisation (ID3v2.4.0 structure, 6.1) on the way: drops the zero that was put behind
 * every 0xFF.
 */
export class SynchronisedBytes implements ByteSource {
  #last = 0;

  constructor(private readonly stored: BoundedBytes) {}

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
      const before = this.stored.left;
      let dropped = 0;
      yield* this.stored.fold(n - skipped, (run) => {
        dropped += droppedZeros(run, this.#last);
        this.#last = run[run.length - 1] ?? 0;
      });
      const passed = before - this.stored.left;
      if (passed === 0) break;
      skipped += passed - dropped;
    }
    return skipped;
  }
}

/** @param last the byte before, as stored */
function synchronise(stored: Buffer, last: number): Buffer {
  const plain = Buffer.alloc(stored.length);
  let length = 0;
  let before = last;
  for (const byte of stored) {
    if (byte !== 0 || before !== 0xff) plain[length++] = byte;
    before = byte;
  }
  return plain.subarray(0, length);
}

function droppedZeros(stored: Buffer, last: number): number {
  let count = stored[0] === 0 && last === 0xff ? 1 : 0;
  for (let at = stored.indexOf(0xff); at >= 0; at = stored.indexOf(0xff, at + 1)) {
    if (stored[at + 1] === 0) count += 1;
  }
  return count;
}
