import { createHash } from "node:crypto";

import { EmptyFileError, FileTooLargeError, LengthMismatchError } from "../errors.js";
import type { Inspection } from "../inspection/inspection.js";
import type { MediaFacts, MediaFormat } from "../inspection/media-facts.js";
import { abortable } from "./abortable.js";
import type { ByteSource, ChunkReader } from "./byte-source.js";
import { GrowableBuffer } from "./growable-buffer.js";

export interface BodyRules {
  /** The most bytes that a body may hold. */
  maxBytes: number;
  /** The inspection of this body, begun; its opener closes it. */
  inspection: Inspection;
  signal?: AbortSignal | undefined;
}

/** What is known of a body once its last byte was read and found good. */
export interface Verdict {
  facts: MediaFacts;
  byteSize: number;
  /** 32 bytes. */
  sha256: Buffer;
}

/**
 * A body on its one pass from the source to S3. It counts, hashes and inspects what it hands on,
 * and hands on the last chunk only after the verdict: a body that is refused is never complete on
 * the other side.
 */
export class InspectedBody {
  readonly #source: ByteSource;
  readonly #rules: BodyRules;
  readonly #reader: ChunkReader;
  readonly #hash = createHash("sha256");
  readonly #head = new GrowableBuffer(Number.MAX_SAFE_INTEGER);
  #byteSize = 0;
  #ended = false;
  #verdict: Verdict | undefined;

  private constructor(source: ByteSource, rules: BodyRules) {
    this.#source = source;
    this.#rules = rules;
    this.#reader = source.chunks();
  }

  /**
   * Reads as much of the source as its format needs to show; a source that ends meanwhile is
   * judged here.
   */
  static async open(source: ByteSource, rules: BodyRules): Promise<InspectedBody> {
    if (source.byteLength === 0) throw new EmptyFileError("The file is empty.");
    if (source.byteLength !== undefined && source.byteLength > rules.maxBytes) {
      throw new FileTooLargeError(rules.maxBytes);
    }
    const body = new InspectedBody(source, rules);
    await body.#readHead();
    return body;
  }

  /** The format that the head shows; the verdict confirms it. */
  get format(): MediaFormat {
    const format = this.#verdict?.facts.format ?? this.#rules.inspection.format;
    if (format === undefined) throw new Error("the head was not read");
    return format;
  }

  /** Bytes of the whole body, where its source knows them or the body has ended. */
  get byteLength(): number | undefined {
    return this.#verdict?.byteSize ?? this.#source.byteLength;
  }

  /** Set once the last chunk was handed on or the source ended. */
  get verdict(): Verdict {
    if (this.#verdict === undefined) throw new Error("the body was not read to its end");
    return this.#verdict;
  }

  /** The bytes, once. The last chunk comes after the verdict; a refusal is thrown in its place. */
  async *chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    let withheld: Uint8Array = this.#head.take();
    for (let chunk = await this.#next(); chunk !== undefined; chunk = await this.#next()) {
      yield withheld;
      withheld = chunk;
    }
    yield withheld;
  }

  /** Reads what is left for its verdict alone. */
  async readToEnd(): Promise<void> {
    while ((await this.#next()) !== undefined);
  }

  async #readHead(): Promise<void> {
    while (this.#rules.inspection.format === undefined) {
      const chunk = await this.#next();
      if (chunk === undefined) return;
      this.#head.fill(chunk);
    }
  }

  /** The next chunk, counted, hashed and inspected, or undefined after a good verdict. */
  async #next(): Promise<Uint8Array | undefined> {
    if (this.#ended) return undefined;
    for (;;) {
      const next = await abortable(Promise.resolve(this.#reader.next()), this.#rules.signal);
      const chunk = next.value ?? undefined;
      if (chunk === undefined) {
        this.#ended = true;
        this.#verdict = await this.#judge();
        return undefined;
      }
      if (chunk.byteLength > 0) {
        await this.#take(chunk);
        return chunk;
      }
    }
  }

  async #take(chunk: Uint8Array): Promise<void> {
    this.#byteSize += chunk.byteLength;
    if (this.#byteSize > this.#rules.maxBytes) throw new FileTooLargeError(this.#rules.maxBytes);
    const announced = this.#source.byteLength;
    if (announced !== undefined && this.#byteSize > announced) {
      throw new LengthMismatchError(announced, this.#byteSize);
    }
    this.#hash.update(chunk);
    const { inspection, signal } = this.#rules;
    await abortable(inspection.write(chunk), signal);
  }

  async #judge(): Promise<Verdict> {
    if (this.#byteSize === 0) throw new EmptyFileError("The file is empty.");
    const announced = this.#source.byteLength;
    if (announced !== undefined && this.#byteSize !== announced) {
      throw new LengthMismatchError(announced, this.#byteSize);
    }
    const { inspection, signal } = this.#rules;
    const facts = await abortable(inspection.finish(), signal);
    return { facts, byteSize: this.#byteSize, sha256: this.#hash.digest() };
  }
}
