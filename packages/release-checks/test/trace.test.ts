import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";

import { describe, expect, it } from "@jest/globals";

const ROOT = new URL("../../../", import.meta.url);
const HOME = new URL("packages/object-store/", ROOT);
const TRACE = new URL("docs/specs/object-store/trace.md", ROOT);

/** A path in code font that ends in a file's extension. */
const FILE = /`([\w./-]+\.(?:ts|js))`/g;
const TEST = /^- `([^`]+)`: "([^"]+)"$/gm;

const text = await readFile(TRACE, "utf8");
const files = new Set([...text.matchAll(FILE)].map(([, path = ""]) => path));
const tests = [...text.matchAll(TEST)].map(([, path = "", title = ""]) => ({ path, title }));

function urlOf(path: string): URL {
  return new URL(path, path.startsWith("packages/") ? ROOT : HOME);
}

describe("the acceptance trace", () => {
  it("has tests for each of the seven criteria", () => {
    const sections = text.split(/^## /m).slice(1);
    expect(sections).toHaveLength(7);
    for (const section of sections) expect(section).toMatch(/^- `[^`]+`: "/m);
  });

  it.each([...files].filter((path) => path.includes("/")))("names %s, which exists", (path) => {
    expect(existsSync(urlOf(path))).toBe(true);
  });

  it.each(tests)("names “$title” of $path, which exists", async ({ path, title }) => {
    expect(await readFile(urlOf(path), "utf8")).toContain(`"${title}"`);
  });

  it("has no line that looks like a test and is none", () => {
    expect(text.match(/^- `/gm)).toHaveLength(tests.length);
  });
});
