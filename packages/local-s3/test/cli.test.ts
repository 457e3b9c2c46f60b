import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { send } from "@repo/s3-contract/requests";

import { KEYS, PROGRAM, Run, serverAt } from "./support/program.js";
import { BUCKET, CREDENTIALS } from "./support/test-server.js";

describe("the program", () => {
  let dataDir: string;
  const runs: Run[] = [];
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "local-s3-cli-"));
  });
  afterEach(async () => {
    for (const run of runs.splice(0)) {
      run.process.kill("SIGKILL");
      await run.ended;
    }
    await rm(dataDir, { recursive: true, force: true });
  });

  function start(...args: string[]): Run {
    const run = new Run(args);
    runs.push(run);
    return run;
  }

  const put = (port: number, key: string, body: string) =>
    send(serverAt(port), { method: "PUT", path: `/${BUCKET}/${key}`, body });
  const get = (port: number, key: string) =>
    send(serverAt(port), { method: "GET", path: `/${BUCKET}/${key}` });

  it.each(["SIGTERM", "SIGINT"] as const)(
    "serves until %s and then ends cleanly",
    async (signal) => {
      const run = start(
        "--data",
        dataDir,
        ...KEYS,
        "--bucket",
        BUCKET,
        "--bucket",
        "second-bucket",
      );
      const port = await run.port();
      expect((await put(port, "a", "kept")).status).toBe(200);
      const head = await send(serverAt(port), { method: "HEAD", path: "/second-bucket" });
      expect(head.status).toBe(200);
      run.process.kill(signal);
      expect(await run.ended).toEqual({ code: 0, signal: null });
      expect(run.stderr).toMatch(/development and tests only/);
      expect(run.stderr).not.toContain(CREDENTIALS.secretAccessKey);
      expect(run.stdout).toBe(`listening on http://127.0.0.1:${port}\n`);

      const again = start("--data", dataDir, ...KEYS, "--port", String(port));
      expect(await again.port()).toBe(port);
      expect((await get(port, "a")).text).toBe("kept");
    },
  );

  it("explains itself", async () => {
    const run = start("--help");
    expect(await run.ended).toMatchObject({ code: 0 });
    expect(run.stdout).toMatch(/^Usage: local-s3 /);
  });

  it.each([
    ["no arguments", [], /--data is required/],
    ["no secret", ["--data", "x", "--access-key", "k"], /--secret-key is required/],
    ["an unknown option", ["--verbose"], /--verbose/],
    ["a port that is none", ["--data", "x", ...KEYS, "--port", "http"], /--port must be a number/],
  ])("refuses %s", async (_, args, message) => {
    const run = start(...args);
    expect(await run.ended).toMatchObject({ code: 2 });
    expect(run.stderr).toMatch(message);
    expect(run.stdout).toBe("");
  });

  it("fails when it cannot listen or write", async () => {
    const first = start("--data", dataDir, ...KEYS);
    const port = String(await first.port());
    const second = start("--data", join(dataDir, "other"), ...KEYS, "--port", port);
    expect(await second.ended).toMatchObject({ code: 1 });
    expect(second.stderr).toContain("EADDRINUSE");
    const nowhere = start("--data", "/proc/none/of/it", ...KEYS);
    expect(await nowhere.ended).toMatchObject({ code: 1 });
    expect(nowhere.stderr).toMatch(/ENOENT|EROFS|EACCES/);
    const third = start("--data", PROGRAM, ...KEYS);
    expect(await third.ended).toMatchObject({ code: 1 });
    expect(third.stderr).toMatch(/ENOTDIR|EEXIST/);
  });
});
