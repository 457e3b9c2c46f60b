import { describe, expect, it } from "@jest/globals";

import type { Bench } from "../src/bench.js";
import { readCommandLine } from "../src/cli/command-line.js";
import { select } from "../src/cli/select.js";

function bench(name: string, ...cases: string[]): Bench {
  const variants = { ours: { start: () => Promise.reject(new Error("not run")) } };
  return {
    name,
    summary: "",
    cases: cases.map((name) => ({ name, needs: [], variants, comparisons: [] })),
  };
}

const BENCHES = [bench("large", "MP3, sink", "MP3, local-s3", "PNG, sink"), bench("larger", "x")];

function selected(...args: string[]): string[] {
  const { only } = readCommandLine(args);
  return select(BENCHES, only).map(({ bench, benchCase }) => `${bench.name}/${benchCase.name}`);
}

describe("the selection of benchmarks", () => {
  it("is all of them by default", () => {
    expect(selected()).toHaveLength(4);
  });

  it("takes a benchmark by its whole name", () => {
    expect(selected("--only", "large")).toHaveLength(3);
  });

  it("takes cases by how they begin", () => {
    expect(selected("--only", "large/MP3", "--only", "larger")).toEqual([
      "large/MP3, sink",
      "large/MP3, local-s3",
      "larger/x",
    ]);
  });

  it("refuses a name that fits nothing", () => {
    expect(() => selected("--only", "small")).toThrow("no benchmark is called small");
  });

  it("refuses rounds that are no whole number", () => {
    expect(() => readCommandLine(["--rounds", "1.5"])).toThrow("--rounds takes a whole number");
  });
});
