/** The last bytes of what passes by. */
export class Tail {
  readonly #ring: Buffer;
  #end = 0;
  #length = 0;

  constructor(size: number) {
    this.#ring = Buffer.alloc(size);
  }

  append(bytes: Uint8Array): void {
    const size = this.#ring.length;
    const kept = bytes.subarray(Math.max(0, bytes.length - size));
    const first = Math.min(kept.length, size - this.#end);
    this.#ring.set(kept.subarray(0, first), this.#end);
    this.#ring.set(kept.subarray(first), 0);
    this.#end = (this.#end + kept.length) % size;
    this.#length = Math.min(size, this.#length + kept.length);
  }

  bytes(): Buffer {
    const start = (this.#end - this.#length + this.#ring.length) % this.#ring.length;
    return this.#length < this.#ring.length
      ? Buffer.from(this.#ring.subarray(start, start + this.#length))
      : Buffer.concat([this.#ring.subarray(start), this.#ring.subarray(0, start)]);
  }
}
