import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { tempFolder } from "../temp-folder.js";
import { GIF } from "./media.js";
import { firstLine, runSeed, type SeedRun, startSeed } from "./run-seed.js";
import { expectNothingLeft, manyFiles, postgresPid } from "./running-services.js";

let folder: string;
let dataDir: string;
let remove: () => Promise<void>;
let run: SeedRun | undefined;

beforeAll(async () => {
  ({ path: folder, remove } = await tempFolder());
  dataDir = join(folder, "data");
});

afterEach(async () => {
  run?.child.kill("SIGKILL");
  await run?.ended;
});

afterAll(() => remove());

describe("Ctrl-C", () => {
  it("while the services start ends with 130 as well, and the data stays usable", async () => {
    run = startSeed(["--json", "--data", dataDir]);
    await run.said(/Starting PostgreSQL/);
    run.child.kill("SIGINT");
    expect((await run.ended).code).toBe(130);
    const path = join(folder, "a.gif");
    await writeFile(path, GIF);
    const next = await runSeed(["--json", "--data", dataDir, "--from", path]);
    expect({ code: next.code, stderr: next.stderr }).toMatchObject({ code: 0 });
  }, 300_000);
});

describe("an output that nobody reads any more", () => {
  it("ends the run with 141 and nothing left running", async () => {
    const many = await manyFiles(folder);
    run = startSeed(["--json", "--data", dataDir, "--from", many]);
    await firstLine(run);
    const postgres = await postgresPid(dataDir);
    run.child.stdout?.destroy();
    expect((await run.ended).code).toBe(141);
    await expectNothingLeft(dataDir, postgres);
  }, 300_000);
});
