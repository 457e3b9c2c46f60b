import { BLOCK_BYTES, SMALL_BLOCK_BYTES } from "./sizes.js";

/** Blocks that are kept for the next bodies: 12 MiB at most. */
const MAX_IDLE = 16;
/** Bodies on their way up to which each takes large steps. */
const FEW = 4;

const idle: Buffer[] = [];
let pairs = 0;

/** Two blocks for a body on its way: while one is sent, the other is filled. */
export interface BlockPair {
  /** The block whose turn it is, as much of it as should be used now. */
  next(): Buffer;
  /**
   * Ends their use.
   *
   * @param isFree false where something broke off: a socket or a thread may still read them, so that
   *   nobody else may have them
   */
  release(isFree: boolean): void;
}

/**
 * Memory that worker threads see too, so that what passes through it need not be copied for them.
 * V8 does not count such memory and collects it late, so blocks are used again.
 */
export function borrowBlocks(): BlockPair {
  const blocks = [1, 2].map(() => idle.pop() ?? Buffer.from(new SharedArrayBuffer(BLOCK_BYTES)));
  let turn = 0;
  pairs += 1;
  return {
    next() {
      turn = 1 - turn;
      const size = pairs > FEW ? SMALL_BLOCK_BYTES : BLOCK_BYTES;
      return (blocks[turn] as Buffer).subarray(0, size);
    },
    release(isFree) {
      pairs -= 1;
      if (isFree && idle.length < MAX_IDLE) idle.push(...blocks);
    },
  };
}
