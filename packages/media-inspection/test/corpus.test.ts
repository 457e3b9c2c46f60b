import { readFileSync } from "node:fs";
import { join } from "node:path";

import { afterAll, describe, expect, it } from "@jest/globals";

import { CORPUS, type CorpusFile, differences, listedFiles } from "./support/corpus.js";
import { verdict } from "./support/inspect.js";

const files = listedFiles(CORPUS);
const scores = new Map<string, { satisfied: number; total: number }>();

if (files === undefined) {
  process.stdout.write(`no media corpus in ${CORPUS}: its tests are skipped; set TEST_CORPUS\n`);
}

/** What is wrong with the verdict on a file; nothing where it is as agreed. */
async function complaints(entry: CorpusFile): Promise<string[]> {
  const result = await verdict(readFileSync(join(CORPUS, entry.file)));
  const { action } = entry.expect;
  if (typeof result === "string") return action === "accept" ? [`refused: ${result}`] : [];
  return action === "reject" ? [`accepted as ${result.format}`] : differences(entry, result);
}

(files === undefined ? describe.skip : describe)("the media corpus", () => {
  afterAll(() => {
    const lines = [...scores].map(
      ([name, { satisfied, total }]) => `${name} ${satisfied}/${total}`,
    );
    process.stdout.write(`media corpus: ${lines.join(", ")}\n`);
  });

  it.each(files ?? [])("is satisfied by the verdict on $file", async (entry) => {
    const found = await complaints(entry);
    const score = scores.get(entry.class) ?? { satisfied: 0, total: 0 };
    scores.set(entry.class, {
      satisfied: score.satisfied + (found.length === 0 ? 1 : 0),
      total: score.total + 1,
    });
    expect(found).toEqual([]);
  });
});
