import { InspectionError } from "./errors.js";

/** Steps that any file may take, however short it is. A step is some 10 ns of work. */
const FREE_STEPS = 100_000;
/** Steps that every byte allows besides. Loops inside the cursor take fewer per byte. */
const STEPS_PER_BYTE = 16;
/** Steps that no file may exceed, however long it is. */
const MAX_STEPS = 12_000_000;
/** Steps that parts which may be left out leave to the rest: of a short file, and of a long one. */
const RESERVED_STEPS = 50_000;
const MAX_RESERVED_STEPS = 1_500_000;
/** Steps after which a parser gives way to the event loop. */
const SLICE_STEPS = 100_000;

/**
 * The work that a parser may do, counted in steps and not in seconds: a file gets the same verdict on
 * a busy machine, however its bytes are cut into chunks.
 */
export class StepBudget {
  #spent = 0;
  #sliceEnd = SLICE_STEPS;
  #reach = 0;

  /** Steps taken so far. */
  get spent(): number {
    return this.#spent;
  }

  /**
   * Charges steps to a parser that has come to the offset `at`.
   *
   * @returns whether the parser should give way now
   * @throws InspectionError (`invalid_media`) when the file has used up its steps
   */
  spend(steps: number, at: number): boolean {
    this.#spent += steps;
    const reach = Math.max(this.#reach, at);
    if (this.#spent > stepsAllowed(reach)) {
      throw new InspectionError(
        "invalid_media",
        `The file takes too much work to read: more than ${Math.floor(stepsAllowed(reach))} steps for its first ${reach} bytes.`,
      );
    }
    return this.#spent >= this.#sliceEnd;
  }

  /** Whether a parser that has come to the offset `at` should leave out what it can do without. */
  isScarce(at: number): boolean {
    const reach = Math.max(this.#reach, at);
    const allowed = Math.min(stepsAllowed(reach) - RESERVED_STEPS, MAX_STEPS - MAX_RESERVED_STEPS);
    return this.#spent > allowed;
  }

  /** Allows the steps of the bytes up to an offset, which a parser has read ahead. */
  allow(reach: number): void {
    this.#reach = Math.max(this.#reach, reach);
  }

  /** Begins the next slice. */
  beginSlice(): void {
    this.#sliceEnd = this.#spent + SLICE_STEPS;
  }
}

/** Steps that a file may take up to an offset. */
export function stepsAllowed(reach: number): number {
  return Math.min(MAX_STEPS, FREE_STEPS + STEPS_PER_BYTE * reach);
}
