import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { behindLargeTag } from "../support/large-tag.js";
import { sampleOf } from "../support/samples.js";

const FIXTURE = fileURLToPath(new URL("../fixtures/short-of-resources.mjs", import.meta.url));

interface Told {
  outcomes: ("stored" | { code: string; resource: string; retryable: boolean })[];
  warnings: unknown[];
}

interface Surroundings {
  limit?: string;
  env?: Record<string, string>;
}

let path: string;
let folder: string;
/** Of audio behind a tag that does not stay in memory. */
let audioPath: string;

beforeAll(async () => {
  ({ path } = await sampleOf("jpeg"));
  folder = await mkdtemp(join(tmpdir(), "short-of-resources-"));
  audioPath = join(folder, "audio");
  await writeFile(audioPath, behindLargeTag((await sampleOf("flac")).bytes));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

interface Task {
  verify?: string;
  hasThreads?: boolean;
  takesDescriptors?: boolean;
  execPath?: string;
  audioPath?: string;
}

/** What becomes of an upload in a process that the shell gives these limits. */
async function upload(task: Task, surroundings: Surroundings = {}): Promise<Told> {
  const [told] = await uploads([task], surroundings);
  if (told === undefined) throw new Error("the process told nothing");
  return told;
}

/** What becomes of uploads that follow each other in such a process. */
async function uploads(tasks: Task[], { limit = "true", env = {} }: Surroundings): Promise<Told[]> {
  const script = `${limit} && exec "$0" "$@"`;
  const args = ["--no-warnings", FIXTURE, JSON.stringify({ path, tasks })];
  const { stdout } = await promisify(execFile)("sh", ["-c", script, process.execPath, ...args], {
    env: { ...process.env, NODE_OPTIONS: "", ...env },
  });
  return JSON.parse(stdout) as Told[];
}

function unavailable(resource: string, retryable: boolean, error: Record<string, string>): Told {
  const facts = { operation: "upload", resource, ...error };
  return {
    outcomes: [{ code: "resource_unavailable", resource, retryable }],
    warnings: [["the machine lacks a resource", facts]],
  };
}

describe("an upload, where the machine lacks something,", () => {
  it.each([
    ["for its threads", { verify: "metadata" }],
    ["for its file on disk and a decoder", { verify: "decode", hasThreads: true }],
  ])(
    "(descriptors %s) is to be tried again, and stored once there are enough",
    async (_what, options) => {
      const task = { ...options, takesDescriptors: true };
      const { outcomes, warnings } = await upload(task, { limit: "ulimit -n 256" });
      const failures = outcomes.slice(0, -1);
      expect(outcomes.at(-1)).toBe("stored");
      expect(failures[0]).toMatchObject({ resource: "file descriptors" });
      // One of its threads may not find its modules for want of descriptors.
      const resource = expect.stringMatching(/^(file descriptors|processes)$/);
      for (const failure of failures) {
        expect(failure).toEqual({ code: "resource_unavailable", resource, retryable: true });
      }
      expect(warnings).toHaveLength(failures.length);
    },
  );

  it("(disk space) is to be tried again", async () => {
    for (const task of [{ verify: "decode" }, { audioPath }]) {
      const told = await upload(task, { limit: "ulimit -f 1" });
      expect(told).toEqual(unavailable("disk space", true, { error: "Error", code: "EFBIG" }));
    }
  });

  it("(a temporary folder) is not to be tried again, and needs none unless it is decoded or its format shows late", async () => {
    const env = { TMPDIR: join(path, "absent") };
    const told = await uploads([{ verify: "decode" }, { audioPath }, {}], { env });
    const error = { error: "Error", code: "ENOTDIR" };
    expect(told).toEqual([
      unavailable("temporary folder", false, error),
      unavailable("temporary folder", false, error),
      { outcomes: ["stored"], warnings: [] },
    ]);
  });

  it("(a program to run) is not to be tried again, whether an event or an exception tells", async () => {
    const execPaths = [`${path}-absent`, join(path, "absent")];
    const told = await uploads(
      execPaths.map((execPath) => ({ verify: "decode", execPath })),
      {},
    );
    expect(told).toEqual(
      ["ENOENT", "ENOTDIR"].map((code) =>
        unavailable("processes", false, { error: "Error", code }),
      ),
    );
  });
});
