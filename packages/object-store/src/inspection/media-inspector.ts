import { EmptyFileError, InvalidMediaError } from "../errors.js";
import { ByteCursor, type TailRequest, type Walk } from "./byte-cursor.js";
import { inspect } from "./inspect.js";
import {
  DEFAULT_INSPECTION_LIMITS,
  type InspectionLimits,
  resolveLimits,
} from "./inspection-limits.js";
import type { MediaFacts, MediaFormat } from "./media-facts.js";
import type { RecordsAhead } from "./records/record-passer.js";
import type { PassedRecords } from "./records/record-run.js";
import type { Checkpoint, Progress } from "./seen-progress.js";

/**
 * Bytes after which `MediaInspector.format` is set, or an error was thrown, under the default
 * limits.
 */
export const MAX_UNDECIDED_BYTES = DEFAULT_INSPECTION_LIMITS.maxHeadBytes;

/**
 * Bytes that a parser saw before, and how many unseen ones came in front of them; or unseen ones, and
 * the records among them that it was told of.
 */
export type SeenPart = { gap: number } & ({ bytes: Uint8Array } | { records: PassedRecords });

/**
 * Tells what a file is, from its bytes alone and while they pass by: nothing is read again, and
 * what is kept is bounded whatever the file's size. Never looks at a name or declared type.
 *
 * Use: `write` every chunk in order, or `pass` over as many bytes as it would skip anyway, then
 * `finish` once. It runs where it is called: `InspectionPool` runs it in isolation.
 */
export class MediaInspector {
  readonly #limits: InspectionLimits;
  readonly #source = new ByteCursor();
  readonly #walk: Walk<MediaFacts>;
  #format: MediaFormat | undefined;
  #facts: MediaFacts | undefined;
  #failure: { error: unknown } | undefined;
  #bytes = 0;

  constructor(limits: Partial<InspectionLimits> = {}) {
    this.#limits = resolveLimits(limits);
    this.#walk = inspect(this.#source, this.#limits, (format) => {
      this.#decide(format);
    });
  }

  /**
   * The format; undefined while more bytes are needed, at most `maxHeadBytes` (or
   * `MAX_UNDECIDED_BYTES`) of them. Provisional: `finish()` gives the verdict.
   */
  get format(): MediaFormat | undefined {
    return this.#format;
  }

  /** Undefined while the verdict is out; what comes after it does not change it. */
  get facts(): MediaFacts | undefined {
    return this.#facts;
  }

  /** How many of the next bytes may be passed over. */
  get skipping(): number {
    return this.#facts === undefined ? this.#source.skipping : Infinity;
  }

  /** Records behind these that may be passed over as well, if `pass` is told of them. */
  get recordsAhead(): RecordsAhead | undefined {
    return this.#facts === undefined ? this.#source.recordsAhead : undefined;
  }

  /** What `finish` must be given of the file's end. */
  get tailRequest(): TailRequest | undefined {
    return this.#source.tailRequest;
  }

  /** What was looked at since the last call: see `ByteCursor`. */
  takeProgress(): Progress {
    return this.#source.takeProgress();
  }

  /**
   * Takes the next bytes. They are copied where they are kept: the caller may reuse the memory
   * at once.
   *
   * @throws UnsupportedMediaTypeError or InvalidMediaError as soon as the verdict is certain, and
   *   again on every later call.
   */
  write(chunk: Uint8Array): void {
    this.#feed(chunk);
    this.#giveUpWaiting();
  }

  /**
   * Counts `count` bytes, at most `skipping` and those of the records, without seeing them.
   *
   * @param records of `recordsAhead` to which the bytes behind those skipped belong
   */
  pass(count: number, records?: PassedRecords): void {
    this.#pass(count, records);
    this.#giveUpWaiting();
  }

  /**
   * Comes to the state of an inspector that saw these parts, the first from the file's start.
   *
   * @param checkpoint which stands for parts that are missing
   */
  replay(parts: Iterable<SeenPart>, checkpoint?: Checkpoint): void {
    if (checkpoint !== undefined) this.#source.resumeAt(checkpoint);
    for (const part of parts) {
      if ("records" in part) {
        this.#pass(part.gap, part.records);
      } else {
        this.#pass(part.gap);
        this.#feed(part.bytes);
      }
    }
    this.#giveUpWaiting();
  }

  /**
   * Ends the file and tells what it is.
   *
   * @param tail what `tailRequest` asks for
   * @throws EmptyFileError when no byte came.
   * @throws UnsupportedMediaTypeError when the content is none of the supported formats.
   * @throws InvalidMediaError when it is broken, beyond the limits, or not of the format that
   *   was provisionally given.
   */
  finish(tail?: Buffer): MediaFacts {
    this.#rethrow();
    if (this.#bytes === 0) {
      throw new EmptyFileError("The file is empty; an image or audio file was expected.");
    }
    this.#source.end(tail);
    this.#advance();
    if (this.#facts === undefined) throw new Error("The inspection did not end with the file.");
    return this.#facts;
  }

  #pass(count: number, records?: PassedRecords): void {
    this.#bytes += count;
    if (!this.#isOver()) this.#source.pass(count, records);
  }

  #feed(chunk: Uint8Array): void {
    this.#rethrow();
    this.#bytes += chunk.byteLength;
    if (this.#isOver()) return;
    this.#source.push(chunk);
    this.#advance();
    // Otherwise nobody looks at what is left.
    if (!this.#isOver()) this.#source.release();
  }

  #isOver(): boolean {
    return this.#facts !== undefined;
  }

  #giveUpWaiting(): void {
    if (this.#bytes >= this.#limits.maxHeadBytes) this.#format ??= "mp3";
  }

  #decide(format: MediaFormat): void {
    if (this.#format !== undefined && this.#format !== format) {
      throw new InvalidMediaError(
        `The file's first ${this.#limits.maxHeadBytes} bytes are audio tags, as in an MP3, but then a ${format.toUpperCase()} follows.`,
      );
    }
    this.#format = format;
  }

  #advance(): void {
    if (this.#facts !== undefined || !this.#source.ready) return;
    try {
      const step = this.#walk.next();
      if (step.done === true) this.#facts = step.value;
    } catch (error) {
      this.#failure = { error };
      throw error;
    }
  }

  #rethrow(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
