import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import { afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";

import { DecoderPool } from "../../../src/inspection/decoding/decoder-pool.js";
import { pieces } from "../../support/bytes.js";
import { expectGone, pidIn } from "../../support/processes.js";
import { sampleOf } from "../../support/samples.js";
import { HangingDecoders } from "./hanging-decoders.js";

const HOSTILE = new URL("./hostile-decoder.js", import.meta.url);
const ABANDONED_START = fileURLToPath(new URL("./abandoned-start.js", import.meta.url));
const NEVER = new AbortController().signal;

let hanging: HangingDecoders;
let png: Uint8Array;
let pool: DecoderPool | undefined;

beforeAll(async () => {
  png = (await sampleOf("png")).bytes;
});

beforeEach(async () => {
  hanging = await HangingDecoders.create();
});

afterEach(async () => {
  pool?.end();
  await hanging.close();
});

/** One decoder at a time, and a long time to decode. */
function openPool(module: URL, options = {}): void {
  pool = new DecoderPool({ decoders: 1, decodeSeconds: 600, ...options }, module);
}

async function decode(signal = NEVER, bytes = png): Promise<string | undefined> {
  const { byteLength } = bytes;
  const job = { format: "png", byteLength, maxPixels: 1_000_000_000 } as const;
  return pool?.decode(job, pieces(bytes, 50_000), signal);
}

/** A decoding that hangs, once it is at that point. */
async function hungAt(when: "start" | "decode", url: URL) {
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

describe("DecoderPool", () => {
  it("ends a process that hangs before it is ready, and tries the next image with a new one", async () => {
    const { url, pidFile } = hanging.module("start");
    openPool(url, { decodeSeconds: 5 });
    const hung = expect(decode()).rejects.toMatchObject({
      code: "resource_unavailable",
      resource: "processes",
      retryable: true,
    });
    const waiting = decode();
    const pid = await pidIn(pidFile);
    url.href = HOSTILE.href;
    await hung;
    expect(await waiting).toBeUndefined();
    await expectGone(pid);
  });

  it.each([
    ["ends by itself", "process.exit(3)", { code: "EXIT_3" }, false],
    [
      "cannot load its module",
      "await import('node:absent')",
      { code: "EXIT_1", cause: { code: "ERR_UNKNOWN_BUILTIN_MODULE" } },
      false,
    ],
    ["is killed", "process.kill(process.pid, 'SIGKILL')", { code: "SIGKILL" }, true],
  ])("says of a process that %s as it starts whether to try again", async (...row) => {
    const [, script, cause, retryable] = row;
    openPool(new URL(`data:text/javascript,${encodeURIComponent(script)}`));
    await expect(decode()).rejects.toMatchObject({
      code: "resource_unavailable",
      resource: "processes",
      retryable,
      cause,
    });
  });

  it("frees the turn of an image that nobody waits for while its process starts, and ends that", async () => {
    const url = new URL(HOSTILE);
    openPool(url);
    const { pid, outcome, leave } = await hungAt("start", url);
    leave();
    await outcome;
    expect(await decode()).toBeUndefined();
    await expectGone(pid);
  });

  it("frees the turn of an image that nobody waits for while it is decoded, and ends its process", async () => {
    const url = new URL(HOSTILE);
    openPool(url);
    const { pid, outcome, leave } = await hungAt("decode", url);
    leave();
    await outcome;
    expect(await decode()).toBeUndefined();
    await expectGone(pid);
  });

  it("ends no other process where one that nobody waits for could not be made", async () => {
    // In a group of its own, to which a signal for no process would go.
    const options = { stdio: "ignore", detached: true } as const;
    const program = spawn(process.execPath, [ABANDONED_START], options);
    expect(await once(program, "exit")).toEqual([0, null]);
  });

  it("has an image leave the queue once nobody waits for it, and no other", async () => {
    const url = new URL(HOSTILE);
    openPool(url);
    const first = await hungAt("decode", url);
    const [gone, stays] = [new AbortController(), new AbortController()];
    const left = expect(decode(gone.signal)).rejects.toThrow("it left");
    const last = decode(stays.signal);
    gone.abort(new Error("it left"));
    await left;

    first.leave();
    await first.outcome;
    expect(await last).toBeUndefined();
    await expect(decode(gone.signal)).rejects.toThrow("it left");
    expect(await decode()).toBeUndefined();
  });

  it("goes on with another process where one has ended between two images", async () => {
    const { url, pidFile } = hanging.module("never");
    openPool(url);
    expect(await decode()).toBeUndefined();
    const pid = await pidIn(pidFile);
    process.kill(pid, "SIGKILL");
    await expectGone(pid);
    expect(await decode()).toBeUndefined();
  });
});
