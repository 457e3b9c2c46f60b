import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { beforeAll, describe, expect, it } from "@jest/globals";

import { sampleOf } from "../support/samples.js";
import { services } from "../support/services.js";

const FIXTURE = fileURLToPath(new URL("../fixtures/short-of-resources.mjs", import.meta.url));

interface Told {
  outcomes: ("stored" | { code: string; resource: string; retryable: boolean })[];
  warnings: unknown[];
}

let path: string;

beforeAll(async () => {
  path = join(services().samples, (await sampleOf("jpeg")).name);
});

/** What becomes of uploads in a process that the shell gives these limits. */
async function upload(
  task: { verify?: string; hasThreads?: boolean; takesDescriptors?: boolean; execPath?: string },
  { limit = "true", env = {} } = {},
): Promise<Told> {
  const script = `${limit} && exec "$0" "$@"`;
  const args = ["--no-warnings", FIXTURE, JSON.stringify({ path, ...task })];
  const { stdout } = await promisify(execFile)("sh", ["-c", script, process.execPath, ...args], {
    env: { ...process.env, NODE_OPTIONS: "", ...env },
  });
  return JSON.parse(stdout) as Told;
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
    const told = await upload({ verify: "decode" }, { limit: "ulimit -f 1" });
    expect(told).toEqual(unavailable("disk space", true, { error: "Error", code: "EFBIG" }));
  });

  it("(a temporary folder) is not to be tried again, and needs none unless it is decoded", async () => {
    const env = { TMPDIR: join(path, "absent") };
    const told = await upload({ verify: "decode" }, { env });
    const error = { error: "Error", code: "ENOTDIR" };
    expect(told).toEqual(unavailable("temporary folder", false, error));
    expect(await upload({}, { env })).toEqual({ outcomes: ["stored"], warnings: [] });
  });

  it.each([
    ["an error event", () => `${path}-absent`, "ENOENT"],
    ["an exception", () => join(path, "absent"), "ENOTDIR"],
  ])("(a program to run, which Node tells by %s) is not to be tried again", async (...row) => {
    const [, execPath, code] = row;
    const told = await upload({ verify: "decode", execPath: execPath() });
    expect(told).toEqual(unavailable("processes", false, { error: "Error", code }));
  });
});
