/** Collects chunks up to the size of one part. */
export class PartBuffer {
  readonly #chunks: Uint8Array[] = [];
  #free: number;

  constructor(byteSize: number) {
    this.#free = byteSize;
  }

  /** Takes what fits and gives back the rest. */
  fill(chunk: Uint8Array): Uint8Array {
    const taken = chunk.subarray(0, this.#free);
    this.#free -= taken.byteLength;
    if (taken.byteLength > 0) this.#chunks.push(taken);
    return chunk.subarray(taken.byteLength);
  }

  /** What was collected, as one piece. */
  take(): Uint8Array {
    const [only] = this.#chunks;
    return this.#chunks.length === 1 && only !== undefined ? only : Buffer.concat(this.#chunks);
  }
}
