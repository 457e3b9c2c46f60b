import { describe, expect, it } from "@jest/globals";

import { evaluate } from "../src/report/evaluate.js";
import { table } from "../src/report/table.js";

const OF = { bench: "b", case: "c" };
const MEASUREMENTS = new Map([
  ["ours", [{ wallSeconds: 3 }, { wallSeconds: 1 }, { wallSeconds: 2 }]],
  ["peer", [{ wallSeconds: 4 }, { wallSeconds: 100 }, { wallSeconds: 6 }, { wallSeconds: 10 }]],
]);

describe("evaluate", () => {
  it("compares medians, not means", () => {
    const result = evaluate(OF, { metric: "wallSeconds", against: "peer" }, MEASUREMENTS);
    expect(result).toMatchObject({ ours: 2, baseline: 8, ratio: 0.25, met: null, rounds: 3 });
  });

  it.each([
    [{ of: "ratio", atMost: 0.25 }, true],
    [{ of: "ratio", atMost: 0.24 }, false],
    [{ of: "ratio", atLeast: 0.26 }, false],
    [{ of: "difference", atMost: -6 }, true],
    [{ of: "difference", atMost: -7 }, false],
    [{ of: "ours", atMost: 2 }, true],
    [{ of: "ours", atLeast: 2.1 }, false],
  ] as const)("holds %j to be met: %s", (goal, met) => {
    const comparison = { metric: "wallSeconds", against: "peer", goal };
    expect(evaluate(OF, comparison, MEASUREMENTS).met).toBe(met);
  });

  it("refuses a metric that a round did not give", () => {
    expect(() => evaluate(OF, { metric: "nothing" }, MEASUREMENTS)).toThrow(
      "ours gives no nothing in c",
    );
  });
});

describe("table", () => {
  it("shows units, and which goals are missed", () => {
    const result = evaluate(
      OF,
      { metric: "peakGrowthBytes", goal: { of: "ours", atMost: 8_000_000 } },
      new Map([["ours", [{ peakGrowthBytes: 9_000_000 }]]]),
    );
    expect(table([result]).split("\n").at(-1)?.replaceAll(/ +/g, " ")).toBe(
      "| b | c | peakGrowthBytes | 9.0 MB | | | | ours <= 8.0 MB | **no** |",
    );
  });
});
