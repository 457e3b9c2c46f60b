import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { expect, it } from "@jest/globals";

import type { Report } from "../src/run/report.js";

const MAIN = fileURLToPath(new URL("../dist/main.js", import.meta.url));

it("finds nothing left of a few clients", async () => {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [MAIN, "--clients", "24"]);
  const report = JSON.parse(stdout) as Report;
  expect(report).toMatchObject({ clients: 24, pending: 0, multipartUploads: 0, findings: [] });
  expect(report.answers["stored"]).toBeGreaterThan(0);
  expect(stderr).toContain("nothing is left");
});

it("refuses options that make no sense", async () => {
  const run = promisify(execFile)(process.execPath, [MAIN, "--clients", "many"]);
  await expect(run).rejects.toMatchObject({ code: 2 });
});
