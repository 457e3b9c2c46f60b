import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { describe, expect, it } from "@jest/globals";

const run = promisify(execFile);
const MAIN = fileURLToPath(new URL("./main.js", import.meta.url));

describe("500 calls with hostile arguments and sources", () => {
  it("resolve or are refused with an error of ours, and nothing else happens", async () => {
    const options = ["--runs", "500", "--seed", "20260101"];
    const { stdout } = await run(process.execPath, [MAIN, ...options]);
    expect(stdout).toMatch(/500 calls made: .* 0 faults, 0 unhandled rejections/);
  }, 200_000);
});
