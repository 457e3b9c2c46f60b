import type { Inspection } from "../inspection/inspection.js";
import type { MediaFacts, MediaFormat } from "../inspection/media-facts.js";
import { abortable } from "./abortable.js";
import { type BlockPair, borrowBlocks } from "./block-pool.js";
import type { BytesInMemory, ByteSource } from "./byte-source.js";
import { GrowableBuffer } from "./growable-buffer.js";
import { HashHere } from "./hashing/hash-here.js";
import { HashInThread } from "./hashing/hash-in-thread.js";
import type { RunningHash } from "./hashing/running-hash.js";
import { giveBack, turnFor } from "./hashing/turn-for.js";
import { MeasuredSource, type SourceRules } from "./measured-source.js";
import { BLOCK_BYTES, HEAD_BYTES, HEAD_STEP_BYTES, PART_BYTES } from "./sizes.js";

const NOTHING = Buffer.alloc(0);

export interface BodyRules extends SourceRules {
  /** The inspection of this body, begun; its opener closes it. */
  inspection: Inspection;
  /** Whether the verdict may take so long that no request should wait for it, half sent. */
  isVerdictSlow?: boolean;
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
  readonly #source: MeasuredSource;
  readonly #rules: BodyRules;
  /** The most bytes of the head that are inspected at a time. */
  readonly #step: number;
  #hash: RunningHash | undefined;
  /** Settles when the bytes read last are hashed and inspected, or cannot be. */
  #taken: Promise<unknown> = Promise.resolve();
  /** Resolves when no thread looks at bytes of this body any more. */
  #looked: Promise<unknown> = Promise.resolve();
  #isClosed = false;
  #verdict: Verdict | undefined;
  #toEnd: Promise<void> | undefined;

  /** The first bytes, which were read to tell the format; the whole body where it is short. */
  readonly head: GrowableBuffer;

  private constructor(source: MeasuredSource, rules: BodyRules) {
    this.#source = source;
    this.#rules = rules;
    const { byteLength = Infinity } = source;
    this.#step = byteLength <= BLOCK_BYTES ? BLOCK_BYTES : HEAD_BYTES;
    // Memory for the whole of a body that is sent from there.
    const isSentWhole = byteLength <= PART_BYTES && this.#memory === undefined;
    this.head = new GrowableBuffer(isSentWhole ? byteLength : HEAD_BYTES);
  }

  /**
   * Reads as much of the source as its format needs to show; a source that ends meanwhile is
   * judged here.
   */
  static async open(source: ByteSource, rules: BodyRules): Promise<InspectedBody> {
    const body = new InspectedBody(new MeasuredSource(source, rules), rules);
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
    return this.#memory?.all;
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
    const filled = await this.#source.readAtLeast(target.byteLength, target);
    await this.#take(target.subarray(0, filled));
    return filled;
  }

  /** Reads what is left for its verdict alone. */
  readToEnd(): Promise<void> {
    return (this.#toEnd ??= this.withBlocks(async (blocks) => {
      if (this.#memory !== undefined) await this.#lookThrough(this.#memory, blocks);
      while (!this.hasEnded) await this.read(blocks.next());
    }));
  }

  /** Begins with that where its source has all bytes at hand; a failure is left to `readToEnd`. */
  readAhead(): void {
    if (this.#memory !== undefined) this.readToEnd().catch(() => undefined);
  }

  /** Lends blocks to read into, which nobody else than this body may have to look at. */
  async withBlocks<Result>(use: (blocks: BlockPair) => Promise<Result>): Promise<Result> {
    const blocks = borrowBlocks();
    try {
      return await use(blocks);
    } finally {
      blocks.release(Promise.allSettled([this.#source.reading, this.#looked]));
    }
  }

  /** Frees what the body holds besides its memory. It may be under way; no more is hashed then. */
  close(): void {
    this.#isClosed = true;
    this.#hash?.close();
  }

  /** What the source has in memory, where it goes from there. */
  get #memory(): BytesInMemory | undefined {
    const { byteLength = 0, memory } = this.#source;
    return byteLength > BLOCK_BYTES && byteLength <= PART_BYTES ? memory : undefined;
  }

  /** Looks at what the inspection passes over where it lies, and copies the rest to do so. */
  async #lookThrough(memory: BytesInMemory, blocks: BlockPair): Promise<void> {
    if (this.#verdict !== undefined) return;
    const { inspection, signal } = this.#rules;
    const hash = new HashHere();
    this.#hash = hash;
    await abortable(hash.update(this.head.bytes), signal);
    while (!this.hasEnded) {
      await this.#taken;
      await abortable(turnFor(BLOCK_BYTES), signal);
      this.#requireOpen();
      // In one turn, so that what is hashed is what was passed over.
      const next = memory.next(BLOCK_BYTES);
      const passed = next.subarray(0, inspection.pass(next));
      hash.updateNow(passed);
      giveBack(BLOCK_BYTES - passed.byteLength);
      await this.#source.pass(memory, passed.byteLength);

      if (this.#source.hasEnded) await this.#take(NOTHING);
      else if (passed.byteLength < BLOCK_BYTES) await this.read(blocks.next());
    }
  }

  async #readHead(): Promise<void> {
    const { inspection, signal } = this.#rules;
    do {
      const space = this.head.space(this.#step);
      const count = await this.#source.readAtLeast(HEAD_STEP_BYTES, space);
      this.head.add(count);
      const chunk = space.subarray(0, count);
      if (this.#source.hasEnded) {
        this.#verdict = await this.#judge(chunk, () => this.#digest(NOTHING));
        return;
      }
      await abortable(inspection.write(chunk), signal);
    } while (inspection.format === undefined);
  }

  /** Has the chunk hashed and inspected, which goes on while the next is read. */
  async #take(chunk: Uint8Array): Promise<void> {
    if (this.hasEnded) return;
    await this.#taken;
    this.#requireOpen();
    if (this.#source.hasEnded) {
      this.#verdict = await this.#judge(chunk, () => this.#digest(chunk));
      return;
    }
    const hash = (this.#hash ??= this.#beginHash());
    this.#taken = this.#look([hash.update(chunk), this.#rules.inspection.write(chunk)]);
    // Whoever waits next sees the failure; until then it must not count as unhandled.
    this.#taken.catch(() => undefined);
  }

  #requireOpen(): void {
    if (this.#isClosed) throw new Error("the body is closed");
  }

  async #judge(last: Uint8Array, digest: () => Promise<Buffer>): Promise<Verdict> {
    const { byteSize } = this.#source;
    this.#source.requireWhole();
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
    const { hasEnded, byteSize } = this.#source;
    const byteLength = hasEnded ? byteSize : this.#source.byteLength;
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
