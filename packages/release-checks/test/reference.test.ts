import { readdir, readFile } from "node:fs/promises";

import { expect, it } from "@jest/globals";

import { reference } from "../src/reference.js";

const DOCS = new URL("../../../docs/", import.meta.url);

it("is what the docstrings say: run `pnpm reference` after a change of theirs", async () => {
  const pages = await reference();
  for (const [path, text] of pages) {
    expect({ path, text: await readFile(new URL(path, DOCS), "utf8") }).toEqual({ path, text });
  }
  const files = (await readdir(new URL("reference", DOCS))).map((name) => `reference/${name}`);
  expect([...pages.keys()].sort()).toEqual([...files, "reference.md"].sort());
});
