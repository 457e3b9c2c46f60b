import { describe, expect, it } from "@jest/globals";

import { StatementGroup } from "../../src/repo/statement-group.js";

class Conflict extends Error {}

/** Doubles numbers; each run waits for its turn. */
function doubling() {
  const runs: number[][] = [];
  const gates: (() => void)[] = [];
  const group = new StatementGroup<number, number>(
    async (items) => {
      runs.push([...items]);
      await new Promise<void>((resolve) => gates.push(resolve));
      if (items.includes(13)) throw new Conflict("13");
      if (items.includes(99)) throw new Error("connection lost");
      return items.map((item) => 2 * item);
    },
    (error) => error instanceof Conflict,
  );
  return {
    runs,
    group,
    openGates: async () => {
      for (let turn = 0; turn < 20; turn += 1) {
        gates.splice(0).forEach((open) => {
          open();
        });
        await new Promise(setImmediate);
      }
    },
  };
}

describe("StatementGroup", () => {
  it("runs at once while it is idle, and together what comes while it is busy", async () => {
    const { group, runs, openGates } = doubling();
    const results = Promise.all([1, 2, 3, 4, 5].map((item) => group.add(item)));
    expect(runs).toEqual([[1]]);
    await openGates();
    expect(await results).toEqual([2, 4, 6, 8, 10]);
    expect(runs).toEqual([[1], [2, 3, 4, 5]]);
  });

  it("fails only the item that a group failed for", async () => {
    const { group, runs, openGates } = doubling();
    const results = Promise.allSettled([1, 2, 3, 13, 5].map((item) => group.add(item)));
    await openGates();
    expect((await results).map(({ status }) => status)).toEqual([
      "fulfilled",
      "fulfilled",
      "fulfilled",
      "rejected",
      "fulfilled",
    ]);
    expect(runs).toEqual([[1], [2, 3, 13, 5], [2], [3], [13], [5]]);
  });

  it("fails the whole group for what concerns all, and goes on with the next", async () => {
    const { group, openGates } = doubling();
    const results = Promise.allSettled([1, 2, 99, 4].map((item) => group.add(item)));
    await openGates();
    expect((await results).map(({ status }) => status)).toEqual([
      "fulfilled",
      "rejected",
      "rejected",
      "rejected",
    ]);
    const next = group.add(6);
    await openGates();
    expect(await next).toBe(12);
  });
});
