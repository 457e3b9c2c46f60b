import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { describe, expect, it } from "@jest/globals";

const BUILT = new URL("../dist/index.js", import.meta.url).href;
const PRINT_HASHES = fileURLToPath(new URL("./fixtures/print-hashes.js", import.meta.url));

const SIZED = [
  ["jpeg", 200_001, {}],
  ["png", 200_001, {}],
  ["webp", 200_001, {}],
  ["gif", 200_001, {}],
  ["mp3", 200_001, {}],
  ["mp3", 200_001, { vbrWithoutHeader: true }],
  ["wav", 200_001, {}],
  ["flac", 200_001, {}],
  ["m4a", 200_001, {}],
  ["m4a", 200_001, { moov: "end" }],
] as const;

/** The SHA-256 of everything that the build generates, in a process of its own. */
async function hashes(): Promise<[name: string, sha256: string][]> {
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, [PRINT_HASHES, BUILT, JSON.stringify(SIZED)]);
  return JSON.parse(stdout) as [string, string][];
}

describe("all generated files", () => {
  it("are the same bytes in another process, a moment later", async () => {
    const first = await hashes();
    expect(first.length).toBeGreaterThan(SIZED.length);
    expect(await hashes()).toEqual(first);
  }, 300_000);
});
