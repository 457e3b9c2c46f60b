import { describe, expect, it } from "@jest/globals";
import { setImmediate as turn } from "node:timers/promises";

import { forEachParallel } from "../src/importing/for-each-parallel.js";

describe("parallel work", () => {
  it("does every item once, so many at a time as allowed", async () => {
    const done: number[] = [];
    let running = 0;
    let most = 0;
    const { signal } = new AbortController();
    await forEachParallel([1, 2, 3, 4, 5, 6, 7], { concurrency: 3, signal }, async (item) => {
      running += 1;
      most = Math.max(most, running);
      await turn();
      running -= 1;
      done.push(item);
    });
    expect(done.toSorted()).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(most).toBe(3);
  });

  it("begins nothing after an abort and waits for what has begun", async () => {
    const controller = new AbortController();
    const begun: string[] = [];
    const ended: string[] = [];
    await forEachParallel(
      ["a", "b", "c", "d"],
      { concurrency: 2, signal: controller.signal },
      async (item) => {
        begun.push(item);
        controller.abort();
        await turn();
        ended.push(item);
      },
    );
    expect(begun).toEqual(["a"]);
    expect(ended).toEqual(["a"]);
  });
});
