import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";

import { DataDirInUseError } from "../src/index.js";
import { report, Scope } from "./support.js";

const scope = new Scope();
const shared = new Scope();
let dataDir: string;
let log: string;
let pidFile: string;

beforeAll(async () => {
  dataDir = await shared.dataDir();
  log = join(dataDir, "postgres", "server.log");
  pidFile = join(dataDir, "postgres", "cluster", "data", "postmaster.pid");
});
afterEach(() => scope.end());
afterAll(() => shared.end());

describe("a data directory", () => {
  it("has one owner, whom a second one does not disturb", async () => {
    const owner = await scope.start(dataDir);
    await expect(scope.start(dataDir)).rejects.toThrow(DataDirInUseError);
    const { rows } = await (await scope.connect(owner.url)).query("SELECT 1 AS n");
    expect(rows).toEqual([{ n: 1 }]);
  });

  it("goes to one of the processes that start at once, even the first time", async () => {
    const fresh = await scope.dataDir();
    const reports = await Promise.all([scope.owner(fresh), scope.owner(fresh)].map(report));
    expect(reports.map(({ code }) => code).sort()).toEqual(["data_dir_in_use", undefined]);
    expect(await readdir(join(fresh, "postgres"))).toEqual(["cluster", "server.log"]);
  });

  it("can be taken over from a process that was killed", async () => {
    const owner = scope.owner(dataDir);
    const { url = "" } = await report(owner);
    await (await scope.connect(url)).query("CREATE TABLE orphaned AS SELECT 3 AS n");
    owner.kill("SIGKILL");
    await once(owner, "exit");

    const heir = await scope.start(dataDir);
    const { rows } = await (await scope.connect(heir.url)).query("SELECT n FROM orphaned");
    expect(rows).toEqual([{ n: 3 }]);
  });

  it("can be taken over after the server itself was killed", async () => {
    const first = await scope.start(dataDir);
    await (await scope.connect(first.url)).query("CREATE TABLE kept AS SELECT 4 AS n");
    process.kill(Number.parseInt(await readFile(pidFile, "utf8"), 10), "SIGKILL");

    const second = await scope.start(dataDir);
    const { rows } = await (await scope.connect(second.url)).query("SELECT n FROM kept");
    expect(rows).toEqual([{ n: 4 }]);
  });

  it("is not blocked by a pid file whose number another program has by now", async () => {
    await (await scope.start(dataDir)).stop();
    const data = dirname(pidFile);
    const { uid } = await stat(data);
    const program = spawn("sleep", ["600"], { cwd: "/", uid });
    scope.defer(async () => {
      program.kill();
      await once(program, "exit");
    });
    await writeFile(pidFile, `${String(program.pid)}\n${data}\n1\n0\n\n\n\n`);

    const postgres = await scope.start(dataDir);
    const { rows } = await (await scope.connect(postgres.url)).query("SELECT 5 AS n");
    expect(rows).toEqual([{ n: 5 }]);
    expect(program.exitCode).toBeNull();
  });
});

describe("onShutdown", () => {
  it("still has the server when a terminal sends Ctrl-C to the whole group, and stops it cleanly", async () => {
    const owner = scope.owner(dataDir, { detached: true });
    await report(owner);
    process.kill(-(owner.pid ?? 0), "SIGINT");
    const [, signal] = (await once(owner, "exit")) as [number | null, string | null];

    expect(signal).toBe("SIGINT");
    expect(await readFile(log, "utf8")).toMatch(/fast shutdown request[^]*system is shut down/);
  });
});
