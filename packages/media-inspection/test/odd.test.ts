import { readFileSync } from "node:fs";
import { join } from "node:path";

import { afterAll, describe, expect, it } from "@jest/globals";

import {
  type CorpusFile,
  differences,
  listedFiles,
  ODD,
  soundDifferences,
} from "./support/corpus.js";
import { verdict } from "./support/inspect.js";

const files = listedFiles(ODD);
let satisfied = 0;

if (files === undefined) {
  process.stdout.write(`no odd media files in ${ODD}: their tests are skipped; set TEST_ODD\n`);
}

/** What is wrong with the verdict on a file; nothing where it is as agreed. */
async function complaints(entry: CorpusFile): Promise<string[]> {
  const result = await verdict(readFileSync(join(ODD, entry.file)));
  const { action, code } = entry.expect;
  if (typeof result === "string") {
    return action === "reject" && code === result ? [] : [`refused: ${result}`];
  }
  if (action === "reject") return [`accepted as ${result.format}`];
  return [...differences(entry, result), ...soundDifferences(entry, result)];
}

(files === undefined ? describe.skip : describe)("the odd media files", () => {
  afterAll(() => {
    process.stdout.write(`odd media files: ${satisfied} of ${files?.length} right\n`);
  });

  it.each(files ?? [])("are satisfied by the verdict on $file", async (entry) => {
    const found = await complaints(entry);
    satisfied += found.length === 0 ? 1 : 0;
    expect(found).toEqual([]);
  });
});
