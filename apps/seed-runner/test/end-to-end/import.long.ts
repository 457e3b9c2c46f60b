import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { mkdtemp, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { tempFolder } from "../temp-folder.js";
import { type ExternalServices, startExternalServices } from "./external-services.js";
import { GIF } from "./media.js";
import { eventsOf, firstLine, runSeed, type SeedResult, startSeed } from "./run-seed.js";

let folder: string;
let remove: () => Promise<void>;
let services: ExternalServices;

beforeAll(async () => {
  ({ path: folder, remove } = await tempFolder());
  services = await startExternalServices(folder);
}, 300_000);

afterAll(async () => {
  await services.stop();
  await remove();
});

async function folderOf(names: readonly string[]): Promise<string> {
  const path = await mkdtemp(join(folder, "files-"));
  for (const name of names) await writeFile(join(path, name), GIF);
  return path;
}

const importing = (path: string): Promise<SeedResult> =>
  runSeed(["--json", "--from", path], { env: services.env });

describe("--from", () => {
  it("stores each path once when two runs import the same folder at once", async () => {
    const path = await folderOf(Array.from({ length: 12 }, (_, at) => `${at}.gif`));
    const runs = await Promise.all([importing(path), importing(path)]);
    expect(runs.map(({ code }) => code)).toEqual([0, 0]);
    const files = runs.flatMap((run) => eventsOf(run).files);
    expect(files.filter(({ event }) => event === "stored")).toHaveLength(12);
    expect(new Set(files.map(({ id }) => id)).size).toBe(12);
  }, 300_000);
});

describe("a run that was killed", () => {
  it("leaves nothing that the next run would store twice", async () => {
    const names = Array.from({ length: 40 }, (_, at) => `killed-${at}.gif`);
    const path = await folderOf(names);
    const run = startSeed(["--json", "--from", path], { env: services.env });
    await firstLine(run);
    run.child.kill("SIGKILL");
    await run.ended;
    const { summary } = eventsOf(await importing(path));
    expect(summary["stored"]).toBeLessThan(40);
    expect(Number(summary["stored"]) + Number(summary["skipped"])).toBe(40);

    const stored = await services.withStore(async ({ store }) => {
      const { items } = await store.forSystem().images.list({ limit: 200 });
      return items.flatMap(({ filename }) => (filename?.startsWith("killed-") ? [filename] : []));
    });
    expect(stored.sort()).toEqual(names.sort());
  }, 300_000);
});
