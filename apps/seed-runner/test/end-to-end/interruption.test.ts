import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { tempFolder } from "../temp-folder.js";
import { GIF } from "./media.js";
import { eventsOf, firstLine, isAlive, runSeed, type SeedRun, startSeed } from "./run-seed.js";

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

/** A new folder with more files than any run stores before it is interrupted. */
async function manyFiles(): Promise<string> {
  const path = await mkdtemp(join(folder, "many-"));
  for (let at = 0; at < 400; at += 1) await writeFile(join(path, `${at}.gif`), GIF);
  return path;
}

/** The pid that PostgreSQL wrote into its data folder. */
async function postgresPid(): Promise<number> {
  const names = await readdir(dataDir, { recursive: true });
  const file = names.find((name) => name.endsWith("postmaster.pid"));
  if (file === undefined) throw new Error("PostgreSQL does not run");
  return Number.parseInt(await readFile(join(dataDir, file), "utf8"), 10);
}

async function expectNothingLeft(pid: number): Promise<void> {
  expect(isAlive(pid)).toBe(false);
  const names = await readdir(dataDir, { recursive: true });
  expect(names.filter((name) => /\.(?:pid|lock)$/.test(name))).toEqual([]);
}

describe("Ctrl-C", () => {
  it("during the import ends it with 130, a summary so far, and nothing left running", async () => {
    const many = await manyFiles();
    run = startSeed(["--json", "--data", dataDir, "--concurrency", "2", "--from", many]);
    await firstLine(run);
    const postgres = await postgresPid();
    run.child.kill("SIGINT");
    const result = await run.ended;
    expect({ code: result.code, stderr: result.stderr }).toMatchObject({ code: 130 });
    const { files, summary } = eventsOf(result);
    expect(files.length).toBeLessThan(400);
    expect(summary).toMatchObject({ stored: files.length, failed: 0, rejected: 0 });
    await expectNothingLeft(postgres);
  }, 60_000);

  it("while the services start ends with 130 as well, and the data stays usable", async () => {
    run = startSeed(["--json", "--data", dataDir]);
    await run.said(/Starting PostgreSQL/);
    run.child.kill("SIGINT");
    expect((await run.ended).code).toBe(130);
    const path = join(folder, "a.gif");
    await writeFile(path, GIF);
    const next = await runSeed(["--json", "--data", dataDir, "--from", path]);
    expect({ code: next.code, stderr: next.stderr }).toMatchObject({ code: 0 });
  }, 60_000);
});

describe("an output that nobody reads any more", () => {
  it("ends the run with 141 and nothing left running", async () => {
    const many = await manyFiles();
    run = startSeed(["--json", "--data", dataDir, "--from", many]);
    await firstLine(run);
    const postgres = await postgresPid();
    run.child.stdout?.destroy();
    expect((await run.ended).code).toBe(141);
    await expectNothingLeft(postgres);
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

    const postgres = await postgresPid();
    run.child.kill("SIGINT");
    const result = await run.ended;
    expect(result.code).toBe(130);
    expect(eventsOf(result).summary).toMatchObject({ stored: 1 });
    await expect(fetch(String(url))).rejects.toThrow();
    await expectNothingLeft(postgres);
  }, 60_000);
});
