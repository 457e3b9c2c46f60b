import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { send } from "@repo/s3-contract/requests";

import { BUCKET, CREDENTIALS } from "./support/test-server.js";

const PROGRAM = fileURLToPath(new URL("../bin/local-s3.js", import.meta.url));
const KEYS = [
  "--access-key",
  CREDENTIALS.accessKeyId,
  "--secret-key",
  CREDENTIALS.secretAccessKey,
] as const;

/** The program as its clients know it. */
function serverAt(port: number) {
  return { endpoint: `http://127.0.0.1:${port}`, region: "us-east-1", ...CREDENTIALS };
}

/** A run of the program, with what it has said so far. */
class Run {
  stdout = "";
  stderr = "";
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  readonly process: ChildProcess;

  constructor(args: readonly string[]) {
    this.process = spawn(process.execPath, [PROGRAM, ...args], {
      env: { ...process.env, NODE_OPTIONS: "" },
    });
    this.process.stdout?.on("data", (chunk: Buffer) => (this.stdout += chunk.toString()));
    this.process.stderr?.on("data", (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.ended = new Promise((resolve) => {
      this.process.on("close", (code, signal) => {
        resolve({ code, signal });
      });
    });
  }

  /** The port, once the program listens. */
  async port(): Promise<number> {
    const listening = /^listening on http:\/\/127\.0\.0\.1:(\d+)$/m;
    const ready = new Promise<void>((resolve) => {
      this.process.stdout?.on("data", () => {
        if (listening.test(this.stdout)) resolve();
      });
    });
    await Promise.race([ready, this.ended]);
    const port = listening.exec(this.stdout)?.[1];
    if (port === undefined) throw new Error(`The program did not start: ${this.stderr}`);
    return Number(port);
  }
}

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

  it("loses nothing that it has acknowledged when it is killed amid writes", async () => {
    const run = start("--data", dataDir, ...KEYS, "--bucket", BUCKET);
    const port = await run.port();
    const acknowledged = new Map<string, string>();
    const writers = Array.from({ length: 4 }, async (_, writer) => {
      for (let round = 0; ; round++) {
        const key = `${writer}/${round % 3}`;
        const body = `${round} `.repeat(20_000);
        if ((await put(port, key, body)).status === 200) acknowledged.set(key, body);
        if (acknowledged.size > 8 && round > 6) run.process.kill("SIGKILL");
      }
    });
    const outcomes = await Promise.allSettled(writers);
    expect(outcomes.every(({ status }) => status === "rejected")).toBe(true);
    await run.ended;

    const again = await start("--data", dataDir, ...KEYS).port();
    expect(await readdir(join(dataDir, "tmp"))).toEqual([]);
    for (const [key, body] of acknowledged) {
      const { status, text } = await get(again, key);
      expect(status).toBe(200);
      // What was acknowledged last, or the whole of what was on its way when the program was killed.
      const round = Number(/^\d+/.exec(text)?.[0]);
      expect(text).toBe(`${round} `.repeat(20_000));
      expect(round).toBeGreaterThanOrEqual(Number(/^\d+/.exec(body)?.[0]));
    }
  });

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
    const third = start("--data", PROGRAM, ...KEYS);
    expect(await third.ended).toMatchObject({ code: 1 });
    expect(third.stderr).toMatch(/ENOTDIR|EEXIST/);
  });
});
