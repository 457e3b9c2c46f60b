/** The last bytes of what passes by. */
export class Tail {
  readonly #ring: Buffer;
  #end = 0;
  #length = 0;

  constructor(size: number) {
    this.#ring = Buffer.alloc(size);
  }

  append(bytes: Buffer): void {
    const size = this.#ring.length;
    const kept = bytes.subarray(Math.max(0, bytes.length - size));
    const first = Math.min(kept.length, size - this.#end);
    kept.copy(this.#ring, this.#end, 0, first);
    kept.copy(this.#ring, 0, first);
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
