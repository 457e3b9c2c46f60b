import { ByteCursor } from "./byte-cursor.js";
import { InspectionError } from "./errors.js";
import { FedWalk, walkAtOnce } from "./fed-walk.js";
import { inspect } from "./inspect.js";
import { DEFAULT_INSPECTION_LIMITS, type InspectionLimits, resolveLimits } from "./limits.js";
import type { MediaFacts, MediaFormat } from "./media-facts.js";

/**
 * Bytes after which `MediaInspector.format` is set, or an error was thrown, under the default
 * limits.
 */
export const MAX_UNDECIDED_BYTES = DEFAULT_INSPECTION_LIMITS.maxHeadBytes;

export interface MediaInspectorOptions {
  /**
   * Whether `format` stays undefined until it is certain, behind tags of any size. By default it is
   * provisionally `mp3` after `maxHeadBytes`, and a file that turns out another is refused.
   */
  waitsForFormat?: boolean;
}

/**
 * Identifies a file from its bytes as they arrive, in bounded memory. Ignores names and declared types.
 *
 * Call `write` for every chunk, then `end`. If either returns false, the parser has yielded: call
 * `resume` in later turns until it returns true, and do not change the chunk before that, unless you
 * called `release`.
 *
 * Throws an {@link InspectionError} as soon as the file is known to be bad, and again on every later
 * call.
 */
export class MediaInspector {
  readonly #limits: InspectionLimits;
  readonly #walk: FedWalk<MediaFacts>;
  #format: MediaFormat | undefined;
  #bytes = 0;
  readonly #waitsForFormat: boolean;

  constructor(
    limits: Partial<InspectionLimits> = {},
    { waitsForFormat = false }: MediaInspectorOptions = {},
  ) {
    this.#waitsForFormat = waitsForFormat;
    this.#limits = resolveLimits(limits);
    const source = new ByteCursor(this.#limits);
    const walk = inspect(source, (format) => {
      this.#decide(format);
    });
    this.#walk = new FedWalk(source, walk);
  }

  /**
   * The format; undefined while more bytes are needed, at most `maxHeadBytes` (or
   * `MAX_UNDECIDED_BYTES`) of them, unless it waits for the format. Provisional: `facts` are the
   * verdict.
   */
  get format(): MediaFormat | undefined {
    return this.#format;
  }

  /** Undefined while the verdict is out; bytes that come after it do not change it. */
  get facts(): MediaFacts | undefined {
    return this.#walk.result;
  }

  /** Steps that were taken, of some 10 ns each. */
  get steps(): number {
    return this.#walk.steps;
  }

  /** Takes the next bytes. They are copied where they are kept. */
  write(chunk: Uint8Array): boolean {
    this.#bytes += chunk.byteLength;
    return this.#advanced(this.#walk.write(chunk));
  }

  /** Ends the file; `facts` are set once that is done. */
  end(): boolean {
    return this.#advanced(this.#walk.end());
  }

  /** Goes on where the parser gave way. */
  resume(): boolean {
    return this.#advanced(this.#walk.resume());
  }

  /** Copies what the parser has not read yet of the chunk, so that its memory may change. */
  release(): void {
    this.#walk.release();
  }

  #advanced(isDone: boolean): boolean {
    const isUndecidedTooLong = !this.#waitsForFormat && this.#bytes >= this.#limits.maxHeadBytes;
    if (isDone && isUndecidedTooLong) this.#format ??= "mp3";
    return isDone;
  }

  #decide(format: MediaFormat): void {
    if (this.#format !== undefined && this.#format !== format) {
      throw new InspectionError(
        "invalid_media",
        `The file's first ${this.#limits.maxHeadBytes} bytes are audio tags, as in an MP3, but then a ${format.toUpperCase()} follows.`,
      );
    }
    this.#format = format;
  }
}

/**
 * The facts of a file that is in memory, at once: it holds the event loop for 150 ms at most.
 *
 * @throws InspectionError
 */
export function inspectBytes(
  bytes: Uint8Array,
  limits: Partial<InspectionLimits> = {},
): MediaFacts {
  const source = new ByteCursor(resolveLimits(limits));
  return walkAtOnce(
    source,
    inspect(source, () => undefined),
    bytes,
  );
}
