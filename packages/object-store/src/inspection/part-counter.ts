import { InvalidMediaError } from "../errors.js";

/** Refuses files that are cut into absurdly many parts, each of which costs more than its bytes. */
export class PartCounter {
  #left: number;

  constructor(private readonly max: number) {
    this.#left = max;
  }

  /** How many more parts there may be. */
  get left(): number {
    return this.#left;
  }

  set left(count: number) {
    this.#left = count;
  }

  /** @throws InvalidMediaError when the file has more parts than the limit. */
  count(parts = 1): void {
    this.#left -= parts;
    if (this.#left < 0) {
      throw new InvalidMediaError(`The file is cut into more than ${this.max} parts.`);
    }
  }
}
