import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { describe, expect, it } from "@jest/globals";

import { brokenSamples, sizedMedia, validSamples } from "../src/index.js";

const BUILT = new URL("../dist/", import.meta.url).href;
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

type Hashes = [name: string, sha256: string][];

/** What another process makes. */
async function madeAnew(): Promise<{ samples: Hashes; sized: Hashes }> {
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, [PRINT_HASHES, BUILT, JSON.stringify(SIZED)]);
  return JSON.parse(stdout) as { samples: Hashes; sized: Hashes };
}

describe("all generated files", () => {
  it("are the same bytes in another process", async () => {
    const samples = [...(await validSamples()), ...(await brokenSamples())].map(
      ({ name, bytes }) => [name, createHash("sha256").update(bytes).digest("hex")],
    );
    const sized: Hashes = [];
    for (const [format, byteSize, options] of SIZED) {
      const hash = createHash("sha256");
      for await (const chunk of sizedMedia(format, byteSize, options)) hash.update(chunk);
      sized.push([format, hash.digest("hex")]);
    }
    expect(samples.length).toBeGreaterThan(28);
    expect(await madeAnew()).toEqual({ samples, sized });
  }, 300_000);
});
