/** A gap this short costs less as bytes than as the start of another range. */
const SHORT_GAP = 8;

/** Which bytes a parser saw, as ranges of offsets that come in order. */
export class SeenBytes {
  #ranges: number[] = [];
  #end = 0;

  /** Offset behind the last byte that the parser saw. */
  get end(): number {
    return this.#end;
  }

  add(start: number, end: number): void {
    if (end <= this.#end || start === end) return;
    const isNear = this.#ranges.length > 0 && start <= this.#end + SHORT_GAP;
    if (isNear) this.#ranges[this.#ranges.length - 1] = end;
    else this.#ranges.push(Math.max(start, this.#end), end);
    this.#end = end;
  }

  /** The ranges since the last call: `[start, end, start, end, …]`. */
  take(): number[] {
    const ranges = this.#ranges;
    this.#ranges = [];
    return ranges;
  }
}
