import { describe, expect, it } from "@jest/globals";

import { makeVariants } from "../src/commands/make-variants.js";
import type { Tools } from "../src/commands/tools.js";
import { Printer } from "../src/output/printer.js";

const NOTHING = { recipe: undefined, maxFiles: undefined, cursor: undefined };

/** What the command prints on standard error when its run ends after a report. */
async function printedAfter(cursor: string | null): Promise<string> {
  let printed = "";
  const log = { write: (text: string) => (printed += text) };
  const maintenance: Pick<Tools["maintenance"], "makeVariants"> = {
    makeVariants(options) {
      options?.onProgress?.({ files: 100, made: 100, failed: 0, removed: 0, cursor });
      return Promise.reject(new Error("interrupted"));
    },
  };
  const work = { name: "make-variants", onlyMissing: false, dropUndefined: false } as const;
  const tools = {
    maintenance: maintenance as Tools["maintenance"],
    printer: new Printer({ write: () => true }, log, false),
    canAsk: false,
    signal: new AbortController().signal,
    ownerId: String,
  };
  const run = makeVariants(
    { ...work, ...NOTHING, json: false, quiet: false, env: undefined },
    tools,
  );
  await expect(run).rejects.toThrow("interrupted");
  return printed;
}

describe("make-variants that is interrupted", () => {
  it("says where to go on", async () => {
    expect(await printedAfter("image:0198f0f0-0000-7000-8000-000000000001")).toBe(
      "Go on with: make-variants --cursor image:0198f0f0-0000-7000-8000-000000000001\n",
    );
  });

  it("says nothing before it has got anywhere", async () => {
    expect(await printedAfter(null)).toBe("");
  });
});
