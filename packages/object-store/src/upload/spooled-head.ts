import { Spool } from "@repo/media-processing";

import { processingFailure } from "../machine-failure.js";
import { abortable } from "./abort.js";
import { borrowMemory, returnMemory } from "./body-memory.js";
import type { Inspection } from "./inspection.js";
import type { MeasuredSource } from "./measured-source.js";
import { BLOCK_BYTES, HEAD_BYTES } from "./sizes.js";

const NOTHING = Buffer.alloc(0);

interface FillRules {
  inspection: Pick<Inspection, "format" | "write" | "finish">;
  signal?: AbortSignal | undefined;
}

/**
 * What comes behind the part of a head that is kept in memory, up to where its format shows: inspected,
 * and kept on disk until it is read. Its opener closes it.
 *
 * `open` and `read` may throw ResourceUnavailableError (`resource_unavailable`).
 */
export class SpooledHead {
  readonly #spool: Spool;
  readonly #chunks: AsyncIterator<Uint8Array, void>;
  #chunk: Uint8Array = NOTHING;
  #left: number;

  private constructor(spool: Spool) {
    this.#spool = spool;
    this.#chunks = spool.chunks();
    this.#left = spool.byteLength;
  }

  /** Takes the source on until its format shows; one that ends before is finished. */
  static async open(source: MeasuredSource, rules: FillRules): Promise<SpooledHead> {
    const spool = await Spool.open().catch(fail);
    try {
      await fill(spool, source, rules);
      return new SpooledHead(spool);
    } catch (error) {
      end(spool);
      fail(error);
    }
  }

  /** Whether all was read. */
  get isEmpty(): boolean {
    return this.#left === 0;
  }

  /** Fills the target with the bytes that come next, or with as many as there are left. */
  async read(target: Uint8Array): Promise<number> {
    let filled = 0;
    while (filled < target.byteLength && !this.isEmpty) {
      if (this.#chunk.byteLength === 0) this.#chunk = await this.#nextChunk();
      const piece = this.#chunk.subarray(0, target.byteLength - filled);
      target.set(piece, filled);
      filled += piece.byteLength;
      this.#chunk = this.#chunk.subarray(piece.byteLength);
      this.#left -= piece.byteLength;
    }
    return filled;
  }

  /** Removes what it keeps; it may be read meanwhile, or closed. */
  close(): void {
    end(this.#spool);
  }

  async #nextChunk(): Promise<Uint8Array> {
    const next = await this.#chunks.next().catch(fail);
    if (next.done === true) throw new Error("the spool ended too soon");
    return next.value;
  }
}

async function fill(
  spool: Spool,
  source: MeasuredSource,
  { inspection, signal }: FillRules,
): Promise<void> {
  const memory = borrowMemory(BLOCK_BYTES);
  do {
    const count = await source.readAtLeast(HEAD_BYTES, memory);
    const chunk = memory.subarray(0, count);
    if (source.hasEnded) source.requireWhole();
    const inspected = source.hasEnded ? inspection.finish(chunk) : inspection.write(chunk);
    await abortable(Promise.all([inspected, spool.append(chunk)]), signal);
  } while (inspection.format === undefined && !source.hasEnded);
  // Only here: where it broke off, somebody may still read or write it.
  returnMemory(memory);
}

/** Without waiting for what is being written. */
function end(spool: Spool): void {
  spool.close().catch(() => undefined);
}

function fail(error: unknown): never {
  throw processingFailure(error);
}
