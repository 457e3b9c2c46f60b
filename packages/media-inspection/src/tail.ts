/** The last bytes of what passes by. */
export class Tail {
  #ring = Buffer.alloc(0);
  #end = 0;
  #length = 0;

  /** @param size the most bytes to keep */
  constructor(private readonly size: number) {}

  append(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const { size } = this;
    if (this.#length === 0) this.#ring = Buffer.alloc(size);
    const kept = bytes.subarray(Math.max(0, bytes.length - size));
    const first = Math.min(kept.length, size - this.#end);
    this.#ring.set(kept.subarray(0, first), this.#end);
    this.#ring.set(kept.subarray(first), 0);
    this.#end = (this.#end + kept.length) % size;
    this.#length = Math.min(size, this.#length + kept.length);
  }

  /** The last bytes, where these are the very last; without a copy if none came before. */
  endingWith(last: Buffer): Buffer {
    if (this.#length === 0) return last.subarray(Math.max(0, last.length - this.size));
    this.append(last);
    const start = (this.#end - this.#length + this.#ring.length) % this.#ring.length;
    return this.#length < this.#ring.length
      ? Buffer.from(this.#ring.subarray(start, start + this.#length))
      : Buffer.concat([this.#ring.subarray(start), this.#ring.subarray(0, start)]);
  }
}
