import { createHash } from "node:crypto";

import { EmptyFileError, FileTooLargeError, LengthMismatchError } from "../errors.js";
import type { Inspection } from "../inspection/inspection.js";
import type { MediaFacts, MediaFormat } from "../inspection/media-facts.js";
import { abortable } from "./abortable.js";
import { borrowBlocks } from "./block-pool.js";
import type { ByteSource } from "./byte-source.js";
import { GrowableBuffer } from "./growable-buffer.js";
import { PART_BYTES, SMALL_BLOCK_BYTES } from "./sizes.js";

export interface BodyRules {
  /** The most bytes that a body may hold. */
  maxBytes: number;
  /** The inspection of this body, begun; its opener closes it. */
  inspection: Inspection;
  /** Whether the verdict may take so long that no request should wait for it, half sent. */
  isVerdictSlow?: boolean;
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
 * A body on its one pass from the source to S3. It counts, hashes and inspects what is read of it,
 * and gives its verdict before it admits its end, so that whoever sends it can withhold the last
 * bytes of a body that is refused.
 */
export class InspectedBody {
  readonly #source: ByteSource;
  readonly #rules: BodyRules;
  readonly #hash = createHash("sha256");
  #inspected: Promise<unknown> = Promise.resolve();
  #byteSize = 0;
  #sourceHasEnded = false;
  #verdict: Verdict | undefined;

  /** The first bytes, which were read to tell the format; the whole body where it is short. */
  readonly head: GrowableBuffer;

  private constructor(source: ByteSource, rules: BodyRules) {
    this.#source = source;
    this.#rules = rules;
    const { byteLength = 0 } = source;
    // Memory for the whole of a body that goes as one buffer.
    const expected = byteLength > PART_BYTES ? SMALL_BLOCK_BYTES : byteLength;
    this.head = new GrowableBuffer(expected || undefined);
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

  /**
   * Bytes of the whole body, where it has ended or its source knows them. Undefined where it is
   * better sent in parts, as its verdict is slow.
   */
  get byteLength(): number | undefined {
    const announced = this.#rules.isVerdictSlow === true ? undefined : this.#source.byteLength;
    return this.#verdict?.byteSize ?? announced;
  }

  /** Set once the body has ended. */
  get verdict(): Verdict {
    if (this.#verdict === undefined) throw new Error("the body was not read to its end");
    return this.#verdict;
  }

  /** Whether all was read and found good. */
  get hasEnded(): boolean {
    return this.#verdict !== undefined;
  }

  /**
   * Fills the target with the bytes that come next, or with as many as there are left. The last
   * bytes of a body of known length come only after a good verdict; the end of another shows in the
   * call after them. A refusal is thrown as soon as it is certain.
   *
   * The bytes may be sent at once, but not change before the following call has resolved.
   */
  async read(target: Uint8Array): Promise<number> {
    let filled = 0;
    while (filled < target.byteLength && !this.#sourceHasEnded) {
      filled += await this.#readSome(target.subarray(filled));
    }
    await this.#take(target.subarray(0, filled));
    return filled;
  }

  /** Reads what is left for its verdict alone. */
  async readToEnd(): Promise<void> {
    const blocks = borrowBlocks();
    try {
      while (!this.hasEnded) await this.read(blocks.next());
    } finally {
      blocks.release(this.hasEnded);
    }
  }

  async #readHead(): Promise<void> {
    do {
      const space = this.head.space(SMALL_BLOCK_BYTES);
      const count = await this.#readSome(space);
      this.head.add(count);
      await this.#take(space.subarray(0, count));
      await this.#inspected;
    } while (!this.hasEnded && this.#rules.inspection.format === undefined);
  }

  /** Reads as much as comes at once, and notices the end of a source that told its length. */
  async #readSome(target: Uint8Array): Promise<number> {
    const { byteLength: announced = Infinity } = this.#source;
    const count = await this.#readSource(target.subarray(0, announced - this.#byteSize));
    this.#byteSize += count;
    if (count === 0) this.#sourceHasEnded = true;
    else if (this.#byteSize === announced) {
      const beyond = await this.#readSource(Buffer.alloc(1));
      if (beyond > 0) throw new LengthMismatchError(announced, announced + beyond);
      this.#sourceHasEnded = true;
    }
    if (this.#byteSize > this.#rules.maxBytes) throw new FileTooLargeError(this.#rules.maxBytes);
    return count;
  }

  #readSource(target: Uint8Array): Promise<number> {
    return abortable(this.#source.read(target), this.#rules.signal);
  }

  /** Has the chunk hashed and inspected, which goes on while the next is read. */
  async #take(chunk: Uint8Array): Promise<void> {
    if (this.hasEnded) return;
    await this.#inspected;
    if (this.#sourceHasEnded) {
      await this.#judge(chunk);
      return;
    }
    const { inspection, signal } = this.#rules;
    this.#inspected = abortable(inspection.write(chunk), signal);
    // Whoever waits next sees the failure; until then it must not count as unhandled.
    this.#inspected.catch(() => undefined);
    this.#hash.update(chunk);
  }

  async #judge(last: Uint8Array): Promise<void> {
    const byteSize = this.#byteSize;
    if (byteSize === 0) throw new EmptyFileError("The file is empty.");
    const { byteLength: announced = byteSize } = this.#source;
    if (byteSize !== announced) throw new LengthMismatchError(announced, byteSize);
    const { inspection, signal } = this.#rules;
    const judged = abortable(inspection.finish(last), signal);
    const sha256 = this.#hash.update(last).digest();
    this.#verdict = { facts: await judged, byteSize, sha256 };
  }
}
