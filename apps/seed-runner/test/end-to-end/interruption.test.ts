import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { tempFolder } from "../temp-folder.js";
import { GIF } from "./media.js";
import { eventsOf, firstLine, runSeed, type SeedRun, startSeed } from "./run-seed.js";
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
  it("during the import ends it with 130, a summary so far, and nothing left running", async () => {
    const many = await manyFiles(folder);
    run = startSeed(["--json", "--data", dataDir, "--concurrency", "2", "--from", many]);
    await firstLine(run);
    const postgres = await postgresPid(dataDir);
    run.child.kill("SIGINT");
    const result = await run.ended;
    expect({ code: result.code, stderr: result.stderr }).toMatchObject({ code: 130 });
    const { files, summary } = eventsOf(result);
    expect(files.length).toBeLessThan(400);
    expect(summary).toMatchObject({ stored: files.length, failed: 0, rejected: 0 });
    await expectNothingLeft(dataDir, postgres);
  }, 60_000);
});

describe("--serve", () => {
  it("keeps the URLs working and the data folder taken until it is interrupted", async () => {
    const path = join(folder, "served.gif");
    await writeFile(path, GIF);
    run = startSeed(["--json", "--serve", "--data", dataDir, "--from", path]);
    const { url } = await firstLine(run);
    await run.said(/until you press Ctrl-C/);
    const response = await fetch(String(url));
    expect(Buffer.from(await response.arrayBuffer())).toEqual(GIF);

    for (const args of [["--from", path], ["--reset"]]) {
      const rival = await runSeed([...args, "--data", dataDir]);
      expect(rival.code).toBe(1);
      expect(rival.stderr).toContain("in use by another running process");
    }
    expect((await fetch(String(url))).status).toBe(200);

    const postgres = await postgresPid(dataDir);
    run.child.kill("SIGINT");
    const result = await run.ended;
    expect(result.code).toBe(130);
    expect(eventsOf(result).summary).toMatchObject({ stored: 1 });
    await expect(fetch(String(url))).rejects.toThrow();
    await expectNothingLeft(dataDir, postgres);
  }, 60_000);
});
