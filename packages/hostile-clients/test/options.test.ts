import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { expect, it } from "@jest/globals";

const MAIN = fileURLToPath(new URL("../dist/main.js", import.meta.url));

it("refuses options that make no sense", async () => {
  const run = promisify(execFile)(process.execPath, [MAIN, "--clients", "many"]);
  await expect(run).rejects.toMatchObject({ code: 2 });
});
