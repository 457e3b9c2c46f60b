import { beforeAll, describe, expect, it } from "@jest/globals";

import { baseFiles } from "./base-files.js";
import { fuzz } from "./fuzz.js";
import { filesToStrip, fuzzStripping } from "./strip.js";

let files: Awaited<ReturnType<typeof baseFiles>>;

beforeAll(async () => {
  files = await baseFiles();
});

/** A part of what `pnpm fuzz` does. */
function fuzzed(runs: number, seed: number): ReturnType<typeof fuzz> & { found: string[] } {
  const found: string[] = [];
  const result = fuzz(files, runs, seed, (index: number, name: string, fault: string) => {
    found.push(`${index} of ${name}: ${fault}`);
  });
  return { ...result, found };
}

describe("2,000 damaged files", () => {
  it("are accepted or refused, the same whole and in pieces, within their steps", () => {
    const { found, accepted, refused, stepsShare } = fuzzed(2000, 20_260_101);
    expect(found).toEqual([]);
    expect(accepted + refused).toBe(2000);
    // Real files are far from it.
    expect(stepsShare).toBeLessThan(0.5);
  });

  it("are the same ones, with the same verdicts, for the same seed", () => {
    const [first, second, other] = [fuzzed(100, 7), fuzzed(100, 7), fuzzed(100, 8)];
    expect(second.digest).toBe(first.digest);
    expect(other.digest).not.toBe(first.digest);
  });
});

describe("1,000 damaged files", () => {
  it("have the same facts, nothing more to lose and no secret once they are stripped", async () => {
    const found: string[] = [];
    const onFault = (index: number, name: string, fault: string) => {
      found.push(`${index} of ${name}: ${fault}`);
    };
    const strippable = await filesToStrip(files);
    const { stripped, refused } = await fuzzStripping(strippable, 1000, 20_260_101, onFault);
    expect(found).toEqual([]);
    expect(stripped).toBeGreaterThan(300);
    expect(refused).toBeGreaterThan(50);
  });
});
