import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import { afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import sharp from "sharp";

import type { DecodeAnswer } from "../src/jobs/decode.js";
import { ProcessPool, type ProcessPoolOptions } from "../src/process-pool.js";
import { jobBytes } from "./support/bytes.js";
import { HangingProcesses } from "./support/hanging-processes.js";
import { expectGone, expectReaped, pidIn } from "./support/processes.js";

const HOSTILE = new URL("./fixtures/hostile-jobs.js", import.meta.url);
const ABANDONED_START = fileURLToPath(new URL("./fixtures/abandoned-start.js", import.meta.url));
const NEVER = new AbortController().signal;
const SOUND: DecodeAnswer = { damage: undefined };

let hanging: HangingProcesses;
let png: Buffer;
let pool: ProcessPool | undefined;

beforeAll(async () => {
  const noise = { type: "gaussian", mean: 128, sigma: 30 } as const;
  const create = { width: 40, height: 30, channels: 3, background: "black", noise } as const;
  png = await sharp({ create }).png().toBuffer();
});

beforeEach(async () => {
  hanging = await HangingProcesses.create();
});

afterEach(async () => {
  pool?.end();
  await hanging.close();
});

/** One process, and plenty of time by default. */
function openPool(module?: URL, options: ProcessPoolOptions = {}): void {
  pool = new ProcessPool({ processes: 1, seconds: 600, ...options }, module);
}

async function decode(signal = NEVER, bytes = png): Promise<DecodeAnswer | undefined> {
  return pool?.run("decode", { format: "png", maxPixels: 1_000_000 }, jobBytes(bytes), signal);
}

/** Starts a job whose process hangs at that point, and waits until it does. */
async function hungAt(when: "start" | "job", url: URL) {
  const module = hanging.module(when);
  const { href } = url;
  url.href = module.url.href;
  const abort = new AbortController();
  const outcome = expect(decode(abort.signal)).rejects.toThrow("nobody waits for it");
  const pid = await pidIn(module.pidFile);
  url.href = href;
  const leave = (): void => {
    abort.abort(new Error("nobody waits for it"));
  };
  return { pid, outcome, leave };
}

describe("ProcessPool", () => {
  it("runs jobs, one after the other in one process", async () => {
    openPool();
    const damaged = png.subarray(0, png.byteLength / 2);
    expect(await Promise.all([decode(), decode(NEVER, damaged), decode()])).toEqual([
      SOUND,
      { damage: { summary: expect.any(String), message: expect.stringMatching(/png/i) } },
      SOUND,
    ]);
  });

  it.each([
    ["hangs in native code", "!spin", "time", { seconds: 5 }],
    ["eats memory", "!bufs", "memory", { maxMegabytes: 384 }],
    ["exits", "!exit", "fault", {}],
    ["throws", "!fail", "fault", {}],
  ])("kills a process whose job %s, and runs the next job in another", async (...row) => {
    const [, bug, reason, options] = row;
    openPool(HOSTILE, options);
    const lost = expect(decode(NEVER, Buffer.concat([png, Buffer.from(bug)]))).rejects;
    const next = decode();
    await lost.toMatchObject({ code: "process_lost", reason });
    expect(await next).toEqual(SOUND);
  });

  it("does not blame the bytes if a process cannot write its answer, and runs the next job in another", async () => {
    openPool(HOSTILE);
    const failed = expect(decode(NEVER, Buffer.concat([png, Buffer.from("!shut")]))).rejects;
    const next = decode();
    await failed.toMatchObject({
      code: "processing_unavailable",
      operation: "temporary file",
      cause: { code: "EBADF" },
    });
    expect(await next).toEqual(SOUND);
  });

  it("kills a process that hangs before it is ready, and starts another for the next job", async () => {
    const { url, pidFile } = hanging.module("start");
    openPool(url, { seconds: 5 });
    const hung = expect(decode()).rejects.toMatchObject({
      code: "processing_unavailable",
      operation: "start",
      cause: { message: "no answer within 5 seconds" },
    });
    const waiting = decode();
    const pid = await pidIn(pidFile);
    url.href = HOSTILE.href;
    await hung;
    expect(await waiting).toEqual(SOUND);
    await expectGone(pid);
  });

  it.each([
    ["exits", "process.exit(3)", { code: "EXIT_3" }],
    [
      "cannot load its module",
      "await import('node:absent')",
      { code: "EXIT_1", cause: { code: "ERR_UNKNOWN_BUILTIN_MODULE" } },
    ],
    ["is killed", "process.kill(process.pid, 'SIGKILL')", { code: "SIGKILL" }],
  ])("gives the cause if a process %s while it starts", async (_how, script, cause) => {
    openPool(new URL(`data:text/javascript,${encodeURIComponent(script)}`));
    await expect(decode()).rejects.toMatchObject({
      code: "processing_unavailable",
      operation: "start",
      cause,
    });
  });

  it.each([
    ["its process starts", "start"],
    ["it runs", "job"],
  ] as const)("kills the process of a job that is aborted while %s", async (_when, point) => {
    const url = new URL(HOSTILE);
    openPool(url);
    const { pid, outcome, leave } = await hungAt(point, url);
    leave();
    await outcome;
    expect(await decode()).toEqual(SOUND);
    await expectGone(pid);
  });

  it("kills no other process if an aborted job's process could not be made", async () => {
    // In a process group of its own, which a signal without a pid would reach.
    const options = { stdio: "ignore", detached: true } as const;
    const program = spawn(process.execPath, [ABANDONED_START], options);
    expect(await once(program, "exit")).toEqual([0, null]);
  });

  it("removes an aborted job from the queue, and no other", async () => {
    const url = new URL(HOSTILE);
    openPool(url);
    const first = await hungAt("job", url);
    const [gone, stays] = [new AbortController(), new AbortController()];
    const left = expect(decode(gone.signal)).rejects.toThrow("it left");
    const last = decode(stays.signal);
    gone.abort(new Error("it left"));
    await left;

    first.leave();
    await first.outcome;
    expect(await last).toEqual(SOUND);
    await expect(decode(gone.signal)).rejects.toThrow("it left");
    expect(await decode()).toEqual(SOUND);
  });

  it("rejects a job at once if as many wait as may, and runs those that wait", async () => {
    const url = new URL(HOSTILE);
    openPool(url, { maxWaiting: 1 });
    const first = await hungAt("job", url);
    const waiting = decode();
    await expect(decode()).rejects.toMatchObject({ code: "processing_busy", waiting: 1 });
    first.leave();
    await first.outcome;
    expect(await waiting).toEqual(SOUND);
    expect(await decode()).toEqual(SOUND);
  });

  it("starts another process if one has ended between two jobs", async () => {
    const { url, pidFile } = hanging.module("never");
    openPool(url);
    expect(await decode()).toEqual(SOUND);
    const pid = await pidIn(pidFile);
    process.kill(pid, "SIGKILL");
    await expectReaped(pid);
    expect(await decode()).toEqual(SOUND);
  });
});
