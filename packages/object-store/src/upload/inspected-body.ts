import { EmptyFileError, FileTooLargeError, LengthMismatchError } from "../errors.js";
import type { Inspection } from "../inspection/inspection.js";
import type { MediaFacts, MediaFormat } from "../inspection/media-facts.js";
import { abortable } from "./abortable.js";
import { type BlockPair, borrowBlocks } from "./block-pool.js";
import type { ByteSource } from "./byte-source.js";
import { GrowableBuffer } from "./growable-buffer.js";
import { HashHere } from "./hashing/hash-here.js";
import { HashInThread } from "./hashing/hash-in-thread.js";
import type { RunningHash } from "./hashing/running-hash.js";
import { BLOCK_BYTES, HEAD_BYTES, HEAD_STEP_BYTES, PART_BYTES } from "./sizes.js";

const NOTHING = Buffer.alloc(0);

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
 * bytes of a body that is refused. Its opener closes it.
 */
export class InspectedBody {
  readonly #source: ByteSource;
  readonly #rules: BodyRules;
  /** The most bytes of the head that are inspected at a time. */
  readonly #step: number;
  #hash: RunningHash | undefined;
  /** Settles when the bytes read last are hashed and inspected, or cannot be. */
  #taken: Promise<unknown> = Promise.resolve();
  /** Settles when the source writes no more. */
  #reading: Promise<unknown> = Promise.resolve();
  /** Resolves when no thread looks at bytes of this body any more. */
  #looked: Promise<unknown> = Promise.resolve();
  #byteSize = 0;
  #sourceHasEnded = false;
  #isClosed = false;
  #verdict: Verdict | undefined;
  #toEnd: Promise<void> | undefined;

  /** The first bytes, which were read to tell the format; the whole body where it is short. */
  readonly head: GrowableBuffer;

  private constructor(source: ByteSource, rules: BodyRules) {
    this.#source = source;
    this.#rules = rules;
    const { byteLength = Infinity } = source;
    this.#step = byteLength <= BLOCK_BYTES ? BLOCK_BYTES : HEAD_BYTES;
    // Memory for the whole of a body that is sent from there.
    const isSentWhole = byteLength <= PART_BYTES && this.bytes === undefined;
    this.head = new GrowableBuffer(isSentWhole ? byteLength : HEAD_BYTES);
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
    try {
      await body.#readHead();
    } catch (error) {
      body.close();
      throw error;
    }
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

  /** The whole body, where it goes as one buffer, and its source has it in memory but not the head. */
  get bytes(): Uint8Array | undefined {
    const { byteLength = 0, bytes } = this.#source;
    return byteLength > BLOCK_BYTES && byteLength <= PART_BYTES ? bytes : undefined;
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
    const filled = await this.#readAtLeast(target.byteLength, target);
    await this.#take(target.subarray(0, filled));
    return filled;
  }

  /** Reads what is left for its verdict alone. */
  readToEnd(): Promise<void> {
    return (this.#toEnd ??= this.withBlocks(async (blocks) => {
      while (!this.hasEnded) await this.read(blocks.next());
    }));
  }

  /** Begins with that where its source has all bytes at hand; a failure is left to `readToEnd`. */
  readAhead(): void {
    if (this.bytes !== undefined) this.readToEnd().catch(() => undefined);
  }

  /** Lends blocks to read into, which nobody else than this body may have to look at. */
  async withBlocks<Result>(use: (blocks: BlockPair) => Promise<Result>): Promise<Result> {
    const blocks = borrowBlocks();
    try {
      return await use(blocks);
    } finally {
      blocks.release(Promise.allSettled([this.#reading, this.#looked]));
    }
  }

  /** Frees what the body holds besides its memory. It may be under way; no more is hashed then. */
  close(): void {
    this.#isClosed = true;
    this.#hash?.close();
  }

  async #readHead(): Promise<void> {
    const { inspection, signal } = this.#rules;
    do {
      const space = this.head.space(this.#step);
      const count = await this.#readAtLeast(HEAD_STEP_BYTES, space);
      this.head.add(count);
      const chunk = space.subarray(0, count);
      if (this.#sourceHasEnded) {
        this.#verdict = await this.#judge(chunk, () => this.#digest(NOTHING));
        return;
      }
      await abortable(inspection.write(chunk), signal);
    } while (inspection.format === undefined);
  }

  /** Reads so many bytes, or as many as fit in or are left. */
  async #readAtLeast(byteLength: number, target: Uint8Array): Promise<number> {
    const least = Math.min(byteLength, target.byteLength);
    let filled = 0;
    while (filled < least && !this.#sourceHasEnded) {
      filled += await this.#readSome(target.subarray(filled));
    }
    return filled;
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
    const reading = this.#source.read(target);
    this.#reading = reading;
    return abortable(reading, this.#rules.signal);
  }

  /** Has the chunk hashed and inspected, which goes on while the next is read. */
  async #take(chunk: Uint8Array): Promise<void> {
    if (this.hasEnded) return;
    await this.#taken;
    if (this.#isClosed) throw new Error("the body is closed");
    if (this.#sourceHasEnded) {
      this.#verdict = await this.#judge(chunk, () => this.#digest(chunk));
      return;
    }
    const hash = (this.#hash ??= this.#beginHash());
    this.#taken = this.#look([hash.update(chunk), this.#rules.inspection.write(chunk)]);
    // Whoever waits next sees the failure; until then it must not count as unhandled.
    this.#taken.catch(() => undefined);
  }

  async #judge(last: Uint8Array, digest: () => Promise<Buffer>): Promise<Verdict> {
    const byteSize = this.#byteSize;
    if (byteSize === 0) throw new EmptyFileError("The file is empty.");
    const { byteLength: announced = byteSize } = this.#source;
    if (byteSize !== announced) throw new LengthMismatchError(announced, byteSize);
    const finished = this.#rules.inspection.finish(last);
    const [sha256, facts] = await this.#look([digest(), finished]);
    return { facts, byteSize, sha256 };
  }

  /** Waits for looks at bytes of this body, but not for longer than until the signal aborts. */
  #look<First, Second>(looks: [Promise<First>, Promise<Second>]): Promise<[First, Second]> {
    // Without the results, which would hold all those before.
    this.#looked = Promise.allSettled([this.#looked, ...looks]).then(() => undefined);
    return abortable(Promise.all(looks), this.#rules.signal);
  }

  #beginHash(): RunningHash {
    const byteLength = this.#sourceHasEnded ? this.#byteSize : this.#source.byteLength;
    const isShort = byteLength !== undefined && byteLength <= PART_BYTES;
    const hash = isShort ? new HashHere() : new HashInThread();
    // Where it fails, so does the digest. Only the head of a body in parts is written over before
    // that, and the thread that hashes it has a copy.
    hash.update(this.head.bytes).catch(() => undefined);
    return hash;
  }

  /** @param last the bytes that were not hashed yet; those of the head besides, where none were */
  async #digest(last: Uint8Array): Promise<Buffer> {
    return (this.#hash ??= this.#beginHash()).digest(last);
  }
}
