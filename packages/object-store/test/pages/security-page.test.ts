import { existsSync, readFileSync } from "node:fs";

import { expect, it } from "@jest/globals";

const PACKAGE = new URL("../../", import.meta.url);
const ROOT = new URL("../../", PACKAGE);
const PAGE = new URL("docs/security.md", ROOT);

it("docs/security.md names a test for each defence, and each is there", () => {
  const rows = readFileSync(PAGE, "utf8")
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .slice(2);
  expect(rows.length).toBeGreaterThan(10);
  for (const row of rows) {
    const tests = [...row.matchAll(/`((?:packages\/[\w-]+\/)?test\/[^`]+)`/g)].map(
      ([, path = ""]) => path,
    );
    expect({ row, tests }).not.toEqual({ row, tests: [] });
    const missing = tests.filter(
      (path) => !existsSync(new URL(path, path.startsWith("packages/") ? ROOT : PACKAGE)),
    );
    expect(missing).toEqual([]);
  }
});
