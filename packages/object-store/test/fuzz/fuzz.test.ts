import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { describe, expect, it } from "@jest/globals";

import { services } from "../support/services.js";

const run = promisify(execFile);
const MAIN = fileURLToPath(new URL("./main.js", import.meta.url));

/** A part of what `pnpm fuzz` does, in a process that an unhandled failure would end. */
async function fuzz(runs: number, seed: number): Promise<string> {
  const options = ["--runs", String(runs), "--seed", String(seed)];
  const { stdout } = await run(process.execPath, [
    MAIN,
    ...options,
    "--samples",
    services().samples,
  ]);
  return stdout;
}

describe("500 damaged files", () => {
  it("are accepted or refused, the same whole and in pieces, and nothing else happens", async () => {
    const summary = await fuzz(500, 20_260_101);
    process.stdout.write(summary);
    expect(summary).toMatch(/500 mutations tried: .* 0 faults, 0 unhandled rejections/);
  }, 120_000);

  it("are the same ones, with the same verdicts, for the same seed", async () => {
    const [first, second, other] = await Promise.all([fuzz(30, 7), fuzz(30, 7), fuzz(30, 8)]);
    expect(first).toMatch(/verdicts [0-9a-f]{16}; replay: pnpm fuzz --seed 7 --runs 30/);
    expect(second).toBe(first);
    expect(other).not.toBe(first);
  });
});
