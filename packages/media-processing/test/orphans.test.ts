import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";

import { HangingProcesses } from "./support/hanging-processes.js";
import { expectGone, pidIn } from "./support/processes.js";

const POOL_OWNER = fileURLToPath(new URL("./fixtures/pool-owner.js", import.meta.url));

let hanging: HangingProcesses;

beforeEach(async () => {
  hanging = await HangingProcesses.create();
});

afterEach(async () => {
  await hanging.close();
});

describe("a process whose main thread hangs", () => {
  it.each([
    ["before it is ready", "is killed", "start", "SIGKILL"],
    ["before it is ready", "exits", "start", "SIGTERM"],
    ["in a job", "is killed", "job", "SIGKILL"],
    ["in a job", "exits", "job", "SIGTERM"],
  ] as const)("(%s) ends once its parent %s", async (_where, _how, when, signal) => {
    const { url, pidFile } = hanging.module(when);
    const parent = spawn(process.execPath, [POOL_OWNER, url.href], { stdio: "ignore" });
    const ended = once(parent, "exit");
    const pid = await pidIn(pidFile);
    parent.kill(signal);
    expect(await ended).toEqual(signal === "SIGKILL" ? [null, "SIGKILL"] : [0, null]);
    await expectGone(pid);
  });
});
