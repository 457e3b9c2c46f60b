import { allocated } from "../machine-failure.js";
import { ALL_BLOCKS_BYTES, BLOCK_BYTES, MIN_BLOCK_BYTES } from "./sizes.js";
import { whenIdle } from "./when-idle.js";

/** Blocks that are kept for the next bodies, until there was none for a while: 24 MiB. */
const MAX_IDLE = 32;

const idle: Buffer[] = [];
let pairs = 0;

const used = whenIdle(() => {
  idle.length = 0;
});

/** Two blocks for a body on its way: while one is sent, the other is filled. */
export interface BlockPair {
  /** The block whose turn it is, as much of it as should be used now. */
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
      const block = other ?? idle.pop() ?? newBlock();
      [current, other] = [block, current];
      const share = Math.max(MIN_BLOCK_BYTES, Math.floor(ALL_BLOCKS_BYTES / pairs));
      return block.subarray(0, share);
    },
    release(whenFree) {
      pairs -= 1;
      void whenFree?.then(() => {
        used();
        for (const block of [current, other]) {
          if (block !== undefined && idle.length < MAX_IDLE) idle.push(block);
        }
      });
    },
  };
}

function newBlock(): Buffer {
  return Buffer.from(allocated(() => new SharedArrayBuffer(BLOCK_BYTES)));
}
