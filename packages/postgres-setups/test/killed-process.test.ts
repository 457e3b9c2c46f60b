import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";

import { Sessions } from "./support.js";

const OWNER = fileURLToPath(new URL("fixtures/owner.mjs", import.meta.url));

const sessions = new Sessions();
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "killed-process-test-"));
});
afterEach(async () => {
  await sessions.close();
  await rm(folder, { recursive: true });
});

describe("a process that is killed", () => {
  it("leaves no server and no file behind", async () => {
    const owner = spawn(process.execPath, [OWNER], {
      env: { ...process.env, TMPDIR: folder },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const lines = createInterface(owner.stdout)[Symbol.asyncIterator]();
    const { value } = (await lines.next()) as { value: string };
    const urls = JSON.parse(value) as string[];
    for (const url of urls) await sessions.open(url);
    expect(await readdir(folder)).toHaveLength(urls.length === 4 ? 2 : 1);

    owner.kill("SIGKILL");
    await once(owner, "exit");
    while ((await readdir(folder)).length > 0) await sleep(100);
    for (const url of urls) {
      await expect(sessions.open(url)).rejects.toMatchObject({ code: "ECONNREFUSED" });
    }
  });
});
