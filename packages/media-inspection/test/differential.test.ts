import { afterAll, describe, expect, it } from "@jest/globals";

import { type Collection, comparedFiles, missingFolder } from "./differential/compared-files.js";
import { compareWithLibraries, type Disagreement } from "./differential/disagreements.js";
import { KNOWN_DISAGREEMENTS } from "./differential/known-disagreements.js";
import { verdict } from "./support/inspect.js";

const COLLECTIONS: readonly Collection[] = ["samples", "corpus", "odd"];
const score = { files: 0, properties: 0, disagreements: 0 };

/** Compares the files of a collection; gives disagreements by file, library and property. */
async function disagreementsOf(collection: Collection): Promise<Map<string, Disagreement>> {
  const found = new Map<string, Disagreement>();
  for (const { name, bytes } of await comparedFiles(collection)) {
    const facts = await verdict(bytes);
    // Which files may be refused is tested where they are tested one by one.
    if (typeof facts === "string") continue;
    const { compared, disagreements } = await compareWithLibraries(bytes, facts);
    score.files += 1;
    score.properties += compared;
    score.disagreements += disagreements.length;
    for (const one of disagreements) found.set(`${name}, ${one.library}, ${one.property}`, one);
  }
  return found;
}

function knownOf(collection: Collection): string[] {
  return KNOWN_DISAGREEMENTS.filter((one) => one.collection === collection).flatMap(
    ({ file, library, properties }) => properties.map((name) => `${file}, ${library}, ${name}`),
  );
}

describe("our facts and those of music-metadata, mediabunny and sharp", () => {
  afterAll(() => {
    const { files, properties, disagreements } = score;
    process.stdout.write(
      `differential: ${files} files, ${properties} properties compared, ${disagreements} disagree\n`,
    );
  });

  for (const collection of COLLECTIONS) {
    const missing = missingFolder(collection);
    if (missing !== undefined) {
      process.stdout.write(`no files in ${missing}: libraries are not compared on them\n`);
    }

    (missing === undefined ? it : it.skip)(
      `agree on the files of ${collection}, but for the known disagreements`,
      async () => {
        const found = await disagreementsOf(collection);
        const listed = knownOf(collection);
        const unknown = [...found].filter(([key]) => !listed.includes(key));
        const gone = listed.filter((key) => !found.has(key));
        expect({ unknown, gone }).toEqual({ unknown: [], gone: [] });
      },
    );
  }
});
