import {
  EmptyFileError,
  FileTooLargeError,
  LengthMismatchError,
  SourceFailedError,
} from "../errors.js";
import { abortable } from "./abort.js";
import type { ByteSource, BytesInMemory } from "./byte-source.js";

/** Seconds for which the next byte of a source is waited for, unless somebody says otherwise. */
export const SOURCE_TIMEOUT_SECONDS = 60;

export interface SourceRules {
  /** The most bytes that a body may hold. */
  maxBytes: number;
  /**
   * Seconds for which the next byte is waited for, or Infinity; {@link SOURCE_TIMEOUT_SECONDS} when
   * absent.
   */
  sourceTimeoutSeconds?: number;
  signal?: AbortSignal | undefined;
}

/** A source whose bytes are counted, and held to the length that it told. */
export class MeasuredSource {
  readonly #source: ByteSource;
  readonly #rules: SourceRules;
  #byteSize = 0;
  #hasEnded = false;
  #reading: Promise<unknown> = Promise.resolve();

  /** @throws EmptyFileError (`empty_file`), FileTooLargeError (`file_too_large`) */
  constructor(source: ByteSource, rules: SourceRules) {
    const { byteLength } = source;
    if (byteLength === 0) throw new EmptyFileError("The file is empty.");
    if (byteLength !== undefined && byteLength > rules.maxBytes) {
      throw new FileTooLargeError(rules.maxBytes);
    }
    this.#source = source;
    this.#rules = rules;
  }

  /** The length that the source announced. */
  get byteLength(): number | undefined {
    return this.#source.byteLength;
  }

  get memory(): BytesInMemory | undefined {
    return this.#source.memory;
  }

  /** Bytes that came. */
  get byteSize(): number {
    return this.#byteSize;
  }

  /** Whether no more will come. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Settles when the source writes no more to what it was last given. */
  get reading(): Promise<unknown> {
    return this.#reading;
  }

  /** Reads so many bytes, or as many as fit in or are left. */
  async readAtLeast(byteLength: number, target: Uint8Array): Promise<number> {
    const least = Math.min(byteLength, target.byteLength);
    let filled = 0;
    while (filled < least && !this.#hasEnded) {
      filled += await this.#readSome(target.subarray(filled));
    }
    return filled;
  }

  /** Counts bytes of its memory that were looked at there. */
  async pass(memory: BytesInMemory, byteLength: number): Promise<void> {
    memory.pass(byteLength);
    await this.#count(byteLength);
  }

  /** @throws EmptyFileError (`empty_file`), LengthMismatchError (`length_mismatch`) */
  requireWhole(): void {
    const { byteLength: announced = this.#byteSize } = this.#source;
    if (this.#byteSize === 0) throw new EmptyFileError("The file is empty.");
    if (this.#byteSize !== announced) throw new LengthMismatchError(announced, this.#byteSize);
  }

  /** Reads as much as comes at once. */
  async #readSome(target: Uint8Array): Promise<number> {
    const { byteLength: announced = Infinity } = this.#source;
    const count = await this.#read(target.subarray(0, announced - this.#byteSize));
    if (count === 0) this.#hasEnded = true;
    await this.#count(count);
    return count;
  }

  /** Notices the end of a source that told its length. */
  async #count(byteLength: number): Promise<void> {
    const { maxBytes } = this.#rules;
    const announced = this.#source.byteLength;
    this.#byteSize += byteLength;
    if (this.#byteSize > maxBytes) throw new FileTooLargeError(maxBytes);
    if (this.#hasEnded || this.#byteSize !== announced) return;
    const beyond = await this.#read(Buffer.alloc(1));
    if (beyond > 0) throw new LengthMismatchError(announced, announced + beyond);
    this.#hasEnded = true;
  }

  #read(target: Uint8Array): Promise<number> {
    const reading = this.#source.read(target);
    this.#reading = reading;
    return abortable(this.#unlessSilent(reading), this.#rules.signal);
  }

  /** Fails once nothing has come for too long. */
  async #unlessSilent(reading: Promise<number>): Promise<number> {
    const { sourceTimeoutSeconds: seconds = SOURCE_TIMEOUT_SECONDS } = this.#rules;
    if (this.memory !== undefined || seconds === Infinity) return reading;
    let timer: NodeJS.Timeout | undefined;
    const silence = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        // After what came while the event loop was busy.
        setImmediate(reject, new SourceFailedError(`The source gave no byte within ${seconds} s.`));
      }, seconds * 1000);
    });
    try {
      return await Promise.race([reading, silence]);
    } finally {
      clearTimeout(timer);
    }
  }
}
