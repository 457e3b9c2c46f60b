import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";

import { expectGone, pidIn } from "../../support/processes.js";
import { HangingDecoders } from "./hanging-decoders.js";

const PARENT = fileURLToPath(new URL("./decoder-parent.js", import.meta.url));

let hanging: HangingDecoders;

beforeEach(async () => {
  hanging = await HangingDecoders.create();
});

afterEach(async () => {
  await hanging.close();
});

describe("a decoder process whose main thread hangs", () => {
  it.each([
    ["before it is ready", "is killed", "start", "SIGKILL"],
    ["before it is ready", "exits", "start", "SIGTERM"],
    ["with an image", "is killed", "decode", "SIGKILL"],
    ["with an image", "exits", "decode", "SIGTERM"],
  ] as const)("(%s) ends once its parent %s", async (_where, _how, when, signal) => {
    const { url, pidFile } = hanging.module(when);
    const parent = spawn(process.execPath, [PARENT, url.href], { stdio: "ignore" });
    const ended = once(parent, "exit");
    const pid = await pidIn(pidFile);
    parent.kill(signal);
    expect(await ended).toEqual(signal === "SIGKILL" ? [null, "SIGKILL"] : [0, null]);
    await expectGone(pid);
  });
});
