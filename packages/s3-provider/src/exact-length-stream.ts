import { Readable } from "node:stream";
import { isNativeError } from "node:util/types";

export interface ExactLengthStreamOptions {
  /** Bytes that the source has to yield. */
  byteLength: number;
  /** Makes the error for a source that ended early or went on after `byteLength` bytes. */
  onMismatch: (received: number) => Error;
  /** Makes the error of this stream from one of the source. Default: the same error. */
  mapError?: (error: unknown) => Error;
}

/**
 * Passes a source on if it has exactly the announced length. The chunk that completes it is
 * withheld until the source has ended, so nobody downstream sees a complete body of a source that
 * fails or goes on. Reads ahead of its reader by nothing; destroying it destroys the source.
 */
export class ExactLengthStream extends Readable {
  readonly #source: Readable;
  readonly #chunks: AsyncIterator<unknown>;
  readonly #options: ExactLengthStreamOptions;
  #received = 0;
  #withheld: Uint8Array | undefined;
  #released = false;

  constructor(source: Readable, options: ExactLengthStreamOptions) {
    super({ highWaterMark: 0 });
    this.#source = source;
    this.#chunks = source[Symbol.asyncIterator]();
    this.#options = options;
    // The iterator reports errors, but only once it is asked; until then they must not go unheard.
    source.on("error", () => undefined);
  }

  /** Whether the last byte has been handed on. */
  get released(): boolean {
    return this.#released;
  }

  override _read(): void {
    if (this.#released) return;
    this.nextChunk().then(
      (chunk) => {
        if (this.destroyed) return;
        if (chunk !== undefined) this.push(chunk);
        if (this.#released) this.push(null);
      },
      (error: unknown) => {
        this.fail(error);
      },
    );
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#source.destroy();
    callback(error);
  }

  /** The next bytes to hand on, or undefined where there are none; `released` tells the last ones. */
  protected async nextChunk(): Promise<Uint8Array | undefined> {
    for (;;) {
      const next = await this.#chunks.next();
      if (next.done === true) {
        if (this.#received !== this.#options.byteLength) throw this.#mismatch();
        this.#released = true;
        return this.#withheld;
      }
      const chunk = asBytes(next.value);
      if (chunk.byteLength === 0) continue;
      this.#received += chunk.byteLength;
      if (this.#received > this.#options.byteLength) throw this.#mismatch();
      if (this.#received < this.#options.byteLength) return chunk;
      this.#withheld = chunk;
    }
  }

  /** Ends with an error of the source. */
  protected fail(error: unknown): void {
    this.destroy(this.#toError(error));
  }

  #mismatch(): Error {
    return this.#options.onMismatch(this.#received);
  }

  #toError(error: unknown): Error {
    if (this.#options.mapError !== undefined) return this.#options.mapError(error);
    return isNativeError(error) ? error : new Error("the source failed", { cause: error });
  }
}

function asBytes(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  throw new TypeError("A body must yield chunks of bytes (Buffer or Uint8Array)");
}
