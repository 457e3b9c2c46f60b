import { spawnSync } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { describe, expect, it } from "@jest/globals";

import { tempFolder } from "../temp-folder.js";
import { MAIN, runHere, runSeed } from "./run-seed.js";

describe("the program", () => {
  it("answers --help on standard output with options and exit codes", async () => {
    const { code, stdout, stderr } = await runSeed(["--help"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const word of ["--from", "--report", "DATABASE_URL", "Exit codes", "130"]) {
      expect(stdout).toContain(word);
    }
  });

  it.each([
    [["--nonsense"], {}, /Unknown option '--nonsense'/],
    [["--report", "/missing/folder/page.html"], {}, /made in \/missing\/folder: no such file/],
    [["--report", "/dev/null"], {}, /\/dev\/null is a device/],
    [["--reset", "--data", "/dev/null"], {}, /--data takes a folder, but \/dev\/null is none/],
    [["--report", "/dev/null/page.html"], {}, /made in \/dev\/null: not a directory/],
    [[], { DATABASE_URL: "postgres://a@b/c" }, /S3_ENDPOINT, S3_BUCKET, .* are not/],
    [
      ["--reset"],
      {
        DATABASE_URL: "postgres://a@b/c",
        S3_ENDPOINT: "http://127.0.0.1:1",
        S3_BUCKET: "b",
        S3_ACCESS_KEY_ID: "k",
        S3_SECRET_ACCESS_KEY: "s",
      },
      /--reset removes the data of the embedded services only/,
    ],
  ])("ends %j with 2 and says why", async (args, env, reason) => {
    const result = await runHere(args, env);
    expect(result.code).toBe(2);
    expect(result.stdout).toBe("");
    expect(result.stderr).toMatch(reason);
    expect(result.stderr).toContain("--help");
  });

  it.each([["page.html"], ["/dev/stdout"]])(
    "does not put the contact sheet in the place of its own output, named as %s",
    async (report) => {
      const { path: cwd, remove } = await tempFolder();
      const output = openSync(join(cwd, "page.html"), "a");
      try {
        const stdio = ["ignore", output, "pipe"] as const;
        const { status, stderr } = spawnSync(process.execPath, [MAIN, "--report", report], {
          cwd,
          encoding: "utf8",
          stdio: [...stdio],
        });
        expect({ status, stderr }).toEqual({
          status: 2,
          stderr: expect.stringContaining("is where the output of this program goes"),
        });
        expect(await readFile(join(cwd, "page.html"), "utf8")).toBe("");
      } finally {
        closeSync(output);
        await remove();
      }
    },
  );

  it.each([["/dev/null/data"], ["/dev/null"], ["/proc/data"]])(
    "ends with 1 and says of %s that it cannot hold data",
    async (dataDir) => {
      const { code, stdout, stderr } = await runHere(["--json", "--data", dataDir]);
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(stderr).toContain(`${dataDir} cannot hold data; use another data directory\n`);
      expect(stderr).not.toMatch(/\n\s+at /);
    },
  );

  it.each([["/dev/null/data"], ["/proc/data"]])(
    "is content to reset %s, which is not there, and says so",
    async (dataDir) => {
      const { code, stderr } = await runHere(["--reset", "--data", dataDir]);
      expect({ code, stderr }).toEqual({
        code: 0,
        stderr: `There is no folder ${dataDir}; nothing was removed.\n`,
      });
    },
  );

  it("ends with 1 and says what to check when the services cannot be reached", async () => {
    const { code, stdout, stderr } = await runHere(["--json"], {
      DATABASE_URL: "postgres://me:secret@127.0.0.1:1/app",
      S3_ENDPOINT: "http://127.0.0.1:1",
      S3_BUCKET: "bucket",
      S3_ACCESS_KEY_ID: "key",
      S3_SECRET_ACCESS_KEY: "hush",
    });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("Check S3_ENDPOINT");
    expect(stderr).not.toMatch(/secret|hush|\n\s+at /);
  });
});
