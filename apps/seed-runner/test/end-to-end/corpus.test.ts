import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { join } from "node:path";

import { tempFolder } from "../temp-folder.js";
import { mistakes } from "./corpus-facts.js";
import { type CorpusFile, findCorpus, type MimeAliases, readManifest } from "./corpus-manifest.js";
import { eventsOf, type Line, runSeed, type SeedResult } from "./run-seed.js";

const corpus = findCorpus();
if (corpus === undefined) {
  process.stderr.write("The corpus test is skipped: set TEST_CORPUS to a folder of real media.\n");
}
const withCorpus = corpus === undefined ? describe.skip : describe;

withCorpus("real media files", () => {
  const folder = corpus ?? "";
  let remove: () => Promise<void>;
  let result: SeedResult;
  let lines: Map<string, Line>;
  let files: CorpusFile[];
  let aliases: MimeAliases;

  beforeAll(async () => {
    const data = await tempFolder();
    remove = data.remove;
    ({ files, aliases } = await readManifest(folder));
    result = await runSeed(["--json", "--data", data.path, "--from", folder]);
    lines = new Map(eventsOf(result).files.map((line) => [String(line["path"]), line]));
  }, 120_000);

  afterAll(() => remove());

  it("end in no failure", () => {
    const failed = [...lines.values()].filter(({ event }) => event === "failed");
    expect({ code: result.code, failed }).toEqual({ code: 0, failed: [] });
  });

  it("take little memory", () => {
    const [slowest] = [...lines.values()].sort(
      (a, b) => Number(b["seconds"]) - Number(a["seconds"]),
    );
    const { peakMemoryBytes } = eventsOf(result).summary;
    process.stdout.write(
      `corpus, slowest file: ${String(slowest?.["seconds"])} s, ${String(slowest?.["path"])}\n` +
        `corpus, peak memory of the process: ${Number(peakMemoryBytes) / 1e6} MB\n`,
    );
    expect(peakMemoryBytes).toBeLessThan(500_000_000);
  });

  it("are accepted or rejected as expected, with facts within tolerance", () => {
    const judged = files.map(({ file, class: name, expect: expected }) => ({
      file,
      name,
      wrong: mistakes(lines.get(join(folder, file)), expected, aliases),
    }));
    const scores = new Map<string, { right: number; all: number }>();
    for (const { name, wrong } of judged) {
      const score = scores.get(name) ?? { right: 0, all: 0 };
      scores.set(name, { right: score.right + (wrong.length === 0 ? 1 : 0), all: score.all + 1 });
    }
    for (const [name, { right, all }] of scores) {
      process.stdout.write(`corpus, ${name}: ${right} of ${all}\n`);
    }
    expect(judged.filter(({ wrong }) => wrong.length > 0)).toEqual([]);
  });
});
