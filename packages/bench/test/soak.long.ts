import { execFile, type PromiseWithChild } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { OPERATION_NAMES } from "../src/soak/load/operation-names.js";
import type { Summary } from "../src/soak/summary.js";

const execFileAsync = promisify(execFile);
const PROGRAM = new URL("../dist/soak/main.js", import.meta.url).pathname;
/** Milliseconds: servers are started and stopped, on a machine that may be busy. */
const TIMEOUT = 120_000;

const NOTHING = { files: 0, unfinished: 0, objects: 0, multipartUploads: 0 };

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the soak as a process, with a folder of its own for what is temporary. */
function start(temporary: string, options: readonly string[]) {
  const env = { ...process.env, TMPDIR: temporary };
  return execFileAsync(process.execPath, [PROGRAM, ...options], { env });
}

function ended(running: PromiseWithChild<{ stdout: string; stderr: string }>): Promise<Ended> {
  return running.then(
    (output) => ({ code: 0, ...output }),
    (error: unknown) => error as Ended,
  );
}

async function becomesUsed(folder: string): Promise<void> {
  while ((await readdir(folder)).length === 0) await sleep(10);
}

describe("the soak", () => {
  let folder: string;
  let temporary: string;
  let svg: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "soak-test-"));
    temporary = join(folder, "temporary");
    svg = join(folder, "soak.svg");
    await mkdir(temporary);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it(
    "does every kind of operation, and nothing fails or is left",
    async () => {
      const options = ["--minutes", "0.25", "--concurrency", "4", "--svg", svg, "--json"];
      const { code, stdout, stderr } = await ended(start(temporary, options));
      expect(stderr).toBe("");
      const summary = JSON.parse(stdout) as Summary;
      expect(summary).toMatchObject({
        complete: true,
        concurrency: 4,
        failures: 0,
        wrongHashes: 0,
        failureMessages: [],
        afterLoad: {
          ...NOTHING,
          files: summary.expectedFiles,
          objects: summary.expectedFiles,
        },
        afterDeletion: NOTHING,
      });
      expect(Object.keys(summary.operations)).toEqual([...OPERATION_NAMES]);
      expect(Math.min(...Object.values(summary.operations))).toBeGreaterThan(0);
      expect(summary.maxS3Sockets).toBeGreaterThan(0);
      expect(summary.maxDatabaseConnections).toBeGreaterThan(0);
      expect(await readFile(svg, "utf8")).toContain("4 operations at once, 0 failed");
      expect(await readdir(temporary)).toEqual([]);
      expect(code).toBe(0);
    },
    TIMEOUT,
  );

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)(
    "ends in order on %s, with what it has so far",
    async (signal, expectedCode) => {
      const running = start(temporary, ["--concurrency", "4", "--svg", svg, "--json"]);
      await becomesUsed(temporary);
      running.child.kill(signal);
      const { code, stdout } = await ended(running);
      expect(JSON.parse(stdout)).toMatchObject({ complete: false, afterDeletion: NOTHING });
      expect(await readdir(temporary)).toEqual([]);
      expect(code).toBe(expectedCode);
    },
    TIMEOUT,
  );

  it("says before a long run that its picture has no place", async () => {
    const { code, stderr } = await ended(
      start(temporary, ["--svg", join(folder, "nowhere", "soak.svg")]),
    );
    expect(stderr).toContain("The picture cannot be written");
    expect(code).toBe(1);
  });

  it("says how it is used", async () => {
    expect(await ended(start(temporary, ["--help"]))).toMatchObject({ code: 0 });
    const { code, stderr } = await ended(start(temporary, ["--minutes", "-1"]));
    expect(stderr).toContain("Run with --help for the options.");
    expect(code).toBe(2);
  });
});
