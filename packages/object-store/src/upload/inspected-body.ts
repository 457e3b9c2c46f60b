import type { MediaFacts, MediaFormat } from "@repo/media-inspection";

import { abortable } from "./abort.js";
import { type BlockPair, borrowBlocks, GrowableBuffer } from "./body-memory.js";
import type { RenderedVariants } from "../rendering/renderer.js";
import type { BytesInMemory, ByteSource } from "./byte-source.js";
import { HashInThread } from "./hash-in-thread.js";
import type { Inspection } from "./inspection.js";
import { MeasuredSource, type SourceRules } from "./measured-source.js";
import { HashHere, type RunningHash, turnFor } from "./running-hash.js";
import {
  BLOCK_BYTES,
  HEAD_BYTES,
  HEAD_STEP_BYTES,
  MAX_HEAD_IN_MEMORY_BYTES,
  PART_BYTES,
} from "./sizes.js";
import { SpooledHead } from "./spooled-head.js";

const NOTHING = Buffer.alloc(0);

export interface BodyRules extends SourceRules {
  /** The inspection of this body, begun; its opener closes it. */
  inspection: Pick<Inspection, "format" | "decodes" | "write" | "writeNow" | "finish"> &
    Partial<Pick<Inspection, "render">>;
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
  /** What of the head is on disk, until it was read. */
  #spooled: SpooledHead | undefined;
  #hash: RunningHash | undefined;
  /** Settles when the last chunk is hashed and inspected. */
  #lastChunk: Promise<unknown> = Promise.resolve();
  /** Resolves when nothing reads this body's blocks. */
  #pendingReads: Promise<unknown> = Promise.resolve();
  #isClosed = false;
  #verdict: Verdict | undefined;
  #toEnd: Promise<void> | undefined;

  /**
   * The first bytes, which were read to find the format; the whole body where it is short. `read` gives
   * what comes behind them.
   */
  readonly head: GrowableBuffer;

  private constructor(source: MeasuredSource, rules: BodyRules) {
    this.#source = source;
    this.#rules = rules;
    const { byteLength = Infinity } = source;
    // Memory for the whole of a body that is sent from there.
    const isSentWhole = byteLength <= PART_BYTES && this.#memory === undefined;
    this.head = new GrowableBuffer(isSentWhole ? byteLength : HEAD_BYTES);
  }

  /** Reads the source until its format shows; a source that ends before is judged here. */
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

  /** Bytes of the whole body, where it has ended or its source knows them. */
  get totalBytes(): number | undefined {
    return this.#verdict?.byteSize ?? this.#source.byteLength;
  }

  /** The same; undefined where the body is better sent in parts, as its verdict is slow. */
  get byteLength(): number | undefined {
    return this.#rules.inspection.decodes ? this.#verdict?.byteSize : this.totalBytes;
  }

  /** The complete body, if it is sent from the caller's memory in one request. */
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
    if (this.#spooled !== undefined) return this.#readSpooled(this.#spooled, target);
    const filled = await this.#source.readAtLeast(target.byteLength, target);
    const chunk = target.subarray(0, filled);
    await this.#take(chunk, chunk);
    return filled;
  }

  /** Reads the rest for the verdict, without sending it. */
  readToEnd(): Promise<void> {
    return (this.#toEnd ??=
      this.#memory === undefined
        ? this.withBlocks(async (blocks) => {
            while (!this.hasEnded) await this.read(blocks.next());
          })
        : this.#readInPlace(this.#memory));
  }

  /** Makes the variants of a body that has ended; undefined where none were to be made. */
  async render(): Promise<RenderedVariants | undefined> {
    return this.#rules.inspection.render?.();
  }

  /** Begins with that where its source has all bytes at hand; a failure is left to `readToEnd`. */
  readAhead(): void {
    if (this.#memory !== undefined) this.readToEnd().catch(() => undefined);
  }

  /** Runs `use` with scratch blocks, which are recycled once nobody reads or writes them. */
  async withBlocks<Result>(use: (blocks: BlockPair) => Promise<Result>): Promise<Result> {
    const blocks = borrowBlocks();
    try {
      return await use(blocks);
    } finally {
      blocks.release(Promise.allSettled([this.#source.reading, this.#pendingReads]));
    }
  }

  /** Frees what the body holds besides its memory. It may be under way; no more is hashed then. */
  close(): void {
    this.#isClosed = true;
    this.#hash?.close();
    this.#spooled?.close();
  }

  /** What the source has in memory, where it goes from there. */
  get #memory(): BytesInMemory | undefined {
    const { byteLength = 0, memory } = this.#source;
    return byteLength > BLOCK_BYTES && byteLength <= PART_BYTES ? memory : undefined;
  }

  async #readInPlace(memory: BytesInMemory): Promise<void> {
    if (this.hasEnded) return;
    const { inspection, signal } = this.#rules;
    const hash = new HashHere();
    await abortable(hash.update(this.head.bytes), signal);
    while (!this.#source.hasEnded) {
      await abortable(turnFor(BLOCK_BYTES), signal);
      this.#requireOpen();
      // In one turn, so that what is hashed is what is inspected.
      const next = memory.next(BLOCK_BYTES);
      hash.updateNow(next);
      const inspected = inspection.writeNow(next);
      inspected.catch(() => undefined);
      await this.#source.pass(memory, next.byteLength);
      await abortable(inspected, signal);
    }
    this.#verdict = await this.#judge(NOTHING, () => hash.digest(NOTHING));
  }

  async #readHead(): Promise<void> {
    const { inspection, signal } = this.#rules;
    const { byteLength = Infinity } = this.#source;
    const step = byteLength <= BLOCK_BYTES ? BLOCK_BYTES : HEAD_BYTES;
    const inMemory = byteLength <= PART_BYTES ? byteLength : MAX_HEAD_IN_MEMORY_BYTES;
    do {
      const space = this.head.space(step);
      const count = await this.#source.readAtLeast(HEAD_STEP_BYTES, space);
      this.head.add(count);
      const chunk = space.subarray(0, count);
      if (this.#source.hasEnded) {
        this.#verdict = await this.#judge(chunk, () => this.#digest(NOTHING));
        return;
      }
      await abortable(inspection.write(chunk), signal);
    } while (inspection.format === undefined && this.head.byteLength < inMemory);
    if (inspection.format === undefined) {
      this.#spooled = await SpooledHead.open(this.#source, this.#rules);
    }
  }

  async #readSpooled(spooled: SpooledHead, target: Uint8Array): Promise<number> {
    const filled = await spooled.read(target);
    if (spooled.isEmpty) {
      spooled.close();
      this.#spooled = undefined;
    }
    await this.#take(target.subarray(0, filled), NOTHING);
    return filled;
  }

  /**
   * Hashes and inspects a chunk while the next one is read.
   *
   * @param uninspected the chunk, unless it was inspected before
   */
  async #take(chunk: Uint8Array, uninspected: Uint8Array): Promise<void> {
    if (this.hasEnded) return;
    await this.#lastChunk;
    this.#requireOpen();
    if (this.#source.hasEnded && this.#spooled === undefined) {
      this.#verdict = await this.#judge(uninspected, () => this.#digest(chunk));
      return;
    }
    const hash = (this.#hash ??= this.#beginHash());
    const { inspection } = this.#rules;
    this.#lastChunk = this.#track([hash.update(chunk), inspection.write(uninspected)]);
    // Whoever waits next sees the failure; until then it must not count as unhandled.
    this.#lastChunk.catch(() => undefined);
  }

  #requireOpen(): void {
    if (this.#isClosed) throw new Error("the body is closed");
  }

  async #judge(last: Uint8Array, digest: () => Promise<Buffer>): Promise<Verdict> {
    const { byteSize } = this.#source;
    this.#source.requireWhole();
    const finished = this.#rules.inspection.finish(last);
    const [sha256, facts] = await this.#track([digest(), finished]);
    return { facts, byteSize, sha256 };
  }

  /** Waits for reads of this body's bytes, or until the signal aborts. */
  #track<First, Second>(reads: [Promise<First>, Promise<Second>]): Promise<[First, Second]> {
    // Without the results, which would hold all those before.
    this.#pendingReads = Promise.allSettled([this.#pendingReads, ...reads]).then(() => undefined);
    return abortable(Promise.all(reads), this.#rules.signal);
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
