const FIRST_BYTES = 64 * 1024;

/**
 * Collects bytes up to a bound, as one piece. Chunks are copied, so that a million tiny ones cost
 * no more than a large one.
 */
export class GrowableBuffer {
  readonly #maxBytes: number;
  #buffer = Buffer.alloc(0);
  #byteLength = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Takes what fits and gives back the rest. */
  fill(chunk: Uint8Array): Uint8Array {
    const taken = chunk.subarray(0, this.#maxBytes - this.#byteLength);
    this.#reserve(this.#byteLength + taken.byteLength);
    this.#buffer.set(taken, this.#byteLength);
    this.#byteLength += taken.byteLength;
    return chunk.subarray(taken.byteLength);
  }

  /** What was collected; the buffer starts anew. */
  take(): Buffer {
    const taken = this.#buffer.subarray(0, this.#byteLength);
    this.#buffer = Buffer.alloc(0);
    this.#byteLength = 0;
    return taken;
  }

  #reserve(byteLength: number): void {
    if (byteLength <= this.#buffer.byteLength) return;
    const doubled = Math.max(byteLength, FIRST_BYTES, 2 * this.#buffer.byteLength);
    const larger = Buffer.allocUnsafe(Math.min(doubled, this.#maxBytes));
    larger.set(this.#buffer.subarray(0, this.#byteLength));
    this.#buffer = larger;
  }
}
