import { borrowMemory, returnMemory } from "./body-memory.js";
import { PART_BYTES } from "./sizes.js";

const NOTHING = Buffer.alloc(0);
/** Steps are wide, as the memory of each is soon garbage. */
const GROWTH = 16;

/** Collects bytes as one piece, in borrowed memory that grows as they come. */
export class GrowableBuffer {
  #memory: Buffer;
  #byteLength = 0;

  /** @param expectedBytes how many bytes will come, or a guess */
  constructor(expectedBytes: number) {
    this.#memory = borrowMemory(expectedBytes);
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

  /** Copies bytes behind those that were collected. */
  append(bytes: Uint8Array): void {
    for (let rest = bytes; rest.byteLength > 0;) {
      const space = this.space(rest.byteLength);
      space.set(rest.subarray(0, space.byteLength));
      this.add(space.byteLength);
      rest = rest.subarray(space.byteLength);
    }
  }

  /** Starts anew in the same memory. */
  clear(): void {
    this.#byteLength = 0;
  }

  /** Ends its use, once nobody reads its bytes any more: others will write over them. */
  release(): void {
    returnMemory(this.#memory);
    this.#memory = NOTHING;
    this.#byteLength = 0;
  }

  #grow(): void {
    const wanted =
      this.#byteLength < PART_BYTES
        ? Math.min(GROWTH * this.#byteLength, PART_BYTES)
        : 2 * this.#byteLength;
    const larger = borrowMemory(wanted);
    larger.set(this.bytes);
    // What came before may still be under inspection: its memory is nobody else's.
    this.#memory = larger;
  }
}
