import type { ByteCursor, Walk } from "./byte-cursor.js";
import { InspectionError } from "./errors.js";

/**
 * Runs a parser over a file's bytes as they arrive. Where `write`, `end` or `resume` returns false, the
 * parser gave way: call `resume` in a later turn. Once the parser failed, each of them throws its error.
 */
export class FedWalk<T> {
  #result: T | undefined;
  #failure: InspectionError | undefined;

  constructor(
    private readonly source: ByteCursor,
    private readonly walk: Walk<T>,
  ) {}

  /** Undefined while the parser is not done; bytes that come after it do not matter. */
  get result(): T | undefined {
    return this.#result;
  }

  /** Steps that were taken, of some 10 ns each. */
  get steps(): number {
    return this.source.budget.spent;
  }

  /** Takes the next bytes. They are copied where they are kept. */
  write(chunk: Uint8Array): boolean {
    if (this.#result !== undefined) return true;
    if (this.#failure === undefined) this.source.push(chunk);
    return this.resume();
  }

  /** Ends the file. */
  end(): boolean {
    this.source.end();
    return this.resume();
  }

  /** Goes on where the parser gave way. */
  resume(): boolean {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#result === undefined && this.source.ready) this.#step();
    if (this.#result !== undefined) return true;
    // Where it could still go on, it gave way.
    if (this.source.ready) return false;
    // Nobody reads what is left behind the result.
    this.source.release();
    return true;
  }

  /** Copies what the parser has not read yet of the chunk, so that its memory may change. */
  release(): void {
    this.source.release();
  }

  #step(): void {
    try {
      const step = this.walk.next();
      if (step.done === true) this.#result = step.value;
    } catch (error) {
      this.#failure = asInspectionError(error);
      throw this.#failure;
    }
  }
}

/** The result of a parser over a file that is in memory, without giving way. */
export function walkAtOnce<T>(source: ByteCursor, walk: Walk<T>, bytes: Uint8Array): T {
  const fed = new FedWalk(source, walk);
  for (let isDone = fed.write(bytes); !isDone;) isDone = fed.resume();
  for (let isDone = fed.end(); !isDone;) isDone = fed.resume();
  if (fed.result === undefined) throw new Error("the parser did not end with the file");
  return fed.result;
}

/** Maps a parser's own failure to `invalid_media`. */
function asInspectionError(error: unknown): InspectionError {
  if (error instanceof InspectionError) return error;
  const message = "The file could not be inspected: it made its parser fail.";
  return new InspectionError("invalid_media", message, { cause: error });
}
