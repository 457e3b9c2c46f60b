import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { describe, expect, it } from "@jest/globals";

import { brokenSamples, sizedMedia, validSamples } from "../src/index.js";

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

async function hashesHere(): Promise<[string, string][]> {
  const hashes: [string, string][] = [];
  for (const { name, bytes } of [...(await validSamples()), ...(await brokenSamples())]) {
    hashes.push([name, createHash("sha256").update(bytes).digest("hex")]);
  }
  for (const [format, byteSize, options] of SIZED) {
    const hash = createHash("sha256");
    for await (const chunk of sizedMedia(format, byteSize, options)) hash.update(chunk);
    hashes.push([format + JSON.stringify(options), hash.digest("hex")]);
  }
  return hashes;
}

describe("all generated files", () => {
  it("are the same bytes from the build in another process, a moment later", async () => {
    const here = await hashesHere();
    const run = promisify(execFile);
    const { stdout } = await run(process.execPath, [PRINT_HASHES, BUILT, JSON.stringify(SIZED)]);
    expect(JSON.parse(stdout)).toEqual(here);
  }, 120_000);
});
