import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from "@jest/globals";

import { borrowBlocks, borrowMemory, returnMemory } from "../../src/upload/body-memory.js";

const SECOND = 1000;
const BYTES = 1024 * 1024;

/** Each pool: what it lends is borrowed, given back at once, and told by its memory. */
const pools: Record<string, () => Promise<ArrayBufferLike>> = {
  "memory of bodies": () => {
    const memory = borrowMemory(BYTES);
    returnMemory(memory);
    return Promise.resolve(memory.buffer);
  },
  blocks: async () => {
    const blocks = borrowBlocks();
    const { buffer } = blocks.next();
    blocks.release(Promise.resolve());
    // The block is free one step later.
    await Promise.resolve();
    return buffer;
  },
};

beforeAll(() => {
  jest.useFakeTimers();
});

// Nothing stays for the next test.
afterEach(() => {
  jest.runAllTimers();
});

afterAll(() => {
  jest.useRealTimers();
});

describe.each(Object.entries(pools))("%s", (_name, use) => {
  it("is lent again soon after its use", async () => {
    const memory = await use();
    jest.advanceTimersByTime(9 * SECOND);
    expect(await use()).toBe(memory);
  });

  it("is kept for as long as it is used", async () => {
    const memory = await use();
    for (let turn = 0; turn < 5; turn += 1) {
      jest.advanceTimersByTime(9 * SECOND);
      expect(await use()).toBe(memory);
    }
  });

  it("is let go ten seconds after its last use, each time", async () => {
    for (let turn = 0; turn < 2; turn += 1) {
      const memory = await use();
      jest.advanceTimersByTime(11 * SECOND);
      expect(await use()).not.toBe(memory);
    }
  });
});
