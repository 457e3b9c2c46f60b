import { PART_BYTES } from "./sizes.js";

const FIRST_BYTES = 64 * 1024;
/** Steps are wide, as the memory of each is soon garbage. */
const GROWTH = 16;

/** Collects bytes as one piece, in memory that grows as they come and that can be used again. */
export class GrowableBuffer {
  #memory: Buffer;
  #byteLength = 0;

  /** @param expectedBytes how many bytes will come, where that is known */
  constructor(expectedBytes = FIRST_BYTES) {
    this.#memory = Buffer.allocUnsafeSlow(expectedBytes);
  }

  get byteLength(): number {
    return this.#byteLength;
  }

  /** What was collected; it stays as it is until the buffer is cleared. */
  get bytes(): Buffer {
    return this.#memory.subarray(0, this.#byteLength);
  }

  /** Room for so many more bytes at most, and one at least; `add` takes over what was written there. */
  space(maxBytes: number): Uint8Array {
    if (this.#byteLength === this.#memory.byteLength) this.#grow();
    return this.#memory.subarray(this.#byteLength, this.#byteLength + maxBytes);
  }

  /** Counts bytes that were written to `space`. */
  add(byteLength: number): void {
    this.#byteLength += byteLength;
  }

  /** Starts anew in the same memory. */
  clear(): void {
    this.#byteLength = 0;
  }

  #grow(): void {
    const wanted =
      this.#byteLength < PART_BYTES
        ? Math.min(GROWTH * this.#byteLength, PART_BYTES)
        : 2 * this.#byteLength;
    const larger = Buffer.allocUnsafeSlow(Math.max(FIRST_BYTES, wanted));
    larger.set(this.bytes);
    this.#memory = larger;
  }
}
