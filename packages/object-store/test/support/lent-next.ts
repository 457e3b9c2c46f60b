import { borrowBlocks } from "../../src/upload/body-memory.js";

/** The memory that the pool lends next: what was given back last. */
export async function lentNext(): Promise<unknown[]> {
  await new Promise(setImmediate);
  const blocks = borrowBlocks();
  const memories = [blocks.next().buffer, blocks.next().buffer];
  blocks.release(Promise.resolve());
  await new Promise(setImmediate);
  return memories;
}
