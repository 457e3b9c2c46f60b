import { allocated } from "../machine-failure.js";
import { ALL_BLOCKS_BYTES, BLOCK_BYTES, MIN_BLOCK_BYTES, PART_BYTES } from "./sizes.js";

/** Milliseconds without use after which memory that is kept for the next bodies is let go. */
const IDLE_MS = 10_000;

/**
 * Has kept memory let go once it was not used for a while.
 *
 * @returns to be called at each use
 */
function whenIdle(letGo: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  return () => {
    timer = timer?.refresh() ?? setTimeout(letGo, IDLE_MS).unref();
  };
}

/** Bytes that are kept for the next bodies at most, until there was none for a while. */
const MAX_IDLE_BYTES = 32 * 1024 * 1024;
const SMALLEST = 64 * 1024;

const idle = new Map<number, Buffer[]>();
let idleBytes = 0;

const used = whenIdle(() => {
  idle.clear();
  idleBytes = 0;
});

/**
 * Memory for so many bytes and perhaps more, with any content. Fresh memory costs more than copying
 * a body into it, as the system has to clear it and V8 to collect it.
 */
export function borrowMemory(byteLength: number): Buffer {
  const size = sizeFor(byteLength);
  const known = idle.get(size)?.pop();
  if (known === undefined) return allocated(() => Buffer.allocUnsafeSlow(size));
  idleBytes -= size;
  return known;
}

/** Gives back memory that nobody reads or writes any more. */
export function returnMemory(memory: Buffer): void {
  const size = memory.byteLength;
  used();
  if (idleBytes + size > MAX_IDLE_BYTES) return;
  idleBytes += size;
  const same = idle.get(size);
  if (same === undefined) idle.set(size, [memory]);
  else same.push(memory);
}

/** Few sizes, so that memory fits again: powers of two. */
function sizeFor(byteLength: number): number {
  return Math.max(SMALLEST, 2 ** Math.ceil(Math.log2(byteLength)));
}

/** Blocks that are kept for the next bodies, until there was none for a while: 24 MiB. */
const MAX_IDLE_BLOCKS = 32;

const idleBlocks: Buffer[] = [];
let pairs = 0;

const blocksUsed = whenIdle(() => {
  idleBlocks.length = 0;
});

/** Two blocks for a body on its way: while one is sent, the other is filled. */
export interface BlockPair {
  /** The block to fill next, limited to the bytes that may be used now. */
  next(): Buffer;
  /**
   * Ends their use.
   *
   * @param whenFree resolves when nobody reads or writes them any more: then others may have them.
   *   Undefined where nobody can tell, as where a request broke off whose socket may still read them
   */
  release(whenFree: Promise<unknown> | undefined): void;
}

/**
 * Memory that worker threads see too, so that what passes through it need not be copied for them.
 * V8 does not count such memory and collects it late, so blocks are used again.
 */
export function borrowBlocks(): BlockPair {
  let current: Buffer | undefined;
  let other: Buffer | undefined;
  pairs += 1;
  return {
    next() {
      const block = other ?? idleBlocks.pop() ?? newBlock();
      [current, other] = [block, current];
      const share = Math.max(MIN_BLOCK_BYTES, Math.floor(ALL_BLOCKS_BYTES / pairs));
      return block.subarray(0, share);
    },
    release(whenFree) {
      pairs -= 1;
      void whenFree?.then(() => {
        blocksUsed();
        for (const block of [current, other]) {
          if (block !== undefined && idleBlocks.length < MAX_IDLE_BLOCKS) idleBlocks.push(block);
        }
      });
    },
  };
}

function newBlock(): Buffer {
  return Buffer.from(allocated(() => new SharedArrayBuffer(BLOCK_BYTES)));
}

const NOTHING = Buffer.alloc(0);
/** Steps are wide, as the memory of each is soon garbage. */
const GROWTH = 16;

/** Collects bytes as one piece, in borrowed memory that grows as they come. */
export class GrowableBuffer {
  #memory: Buffer;
  #byteLength = 0;

  /** @param expectedBytes how many bytes will come, or a guess */
  constructor(expectedBytes: number) {
    this.#memory = borrowMemory(expectedBytes);
  }

  get byteLength(): number {
    return this.#byteLength;
  }

  /** What was collected; it stays as it is until the buffer is cleared. */
  get bytes(): Buffer {
    return this.#memory.subarray(0, this.#byteLength);
  }

  /** Room for so many more bytes at most, and one at least; `add` takes over what was written there. */
  space(maxBytes: number): Uint8Array {
    if (this.#byteLength === this.#memory.byteLength) this.#grow();
    return this.#memory.subarray(this.#byteLength, this.#byteLength + maxBytes);
  }

  /** Counts bytes that were written to `space`. */
  add(byteLength: number): void {
    this.#byteLength += byteLength;
  }

  /** Copies bytes behind those that were collected. */
  append(bytes: Uint8Array): void {
    for (let rest = bytes; rest.byteLength > 0;) {
      const space = this.space(rest.byteLength);
      space.set(rest.subarray(0, space.byteLength));
      this.add(space.byteLength);
      rest = rest.subarray(space.byteLength);
    }
  }

  /** Starts anew in the same memory. */
  clear(): void {
    this.#byteLength = 0;
  }

  /** Ends its use, once nobody reads its bytes any more: others will write over them. */
  release(): void {
    returnMemory(this.#memory);
    this.#memory = NOTHING;
    this.#byteLength = 0;
  }

  #grow(): void {
    const wanted =
      this.#byteLength < PART_BYTES
        ? Math.min(GROWTH * this.#byteLength, PART_BYTES)
        : 2 * this.#byteLength;
    const larger = borrowMemory(wanted);
    larger.set(this.bytes);
    // Earlier bytes may still be inspected in the old memory, so it is not returned.
    this.#memory = larger;
  }
}
