import { describe, expect, it } from "@jest/globals";

import { runSeed } from "./run-seed.js";

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
    [["--report", "/missing/folder/page.html"], {}, /\/missing\/folder is missing or closed/],
    [["--report", "/dev/null"], {}, /is a folder or a device/],
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
    const result = await runSeed(args, { env });
    expect(result.code).toBe(2);
    expect(result.stdout).toBe("");
    expect(result.stderr).toMatch(reason);
    expect(result.stderr).toContain("--help");
  });

  it("ends with 1 and says what to check when the services cannot be reached", async () => {
    const { code, stdout, stderr } = await runSeed(["--json"], {
      env: {
        DATABASE_URL: "postgres://me:secret@127.0.0.1:1/app",
        S3_ENDPOINT: "http://127.0.0.1:1",
        S3_BUCKET: "bucket",
        S3_ACCESS_KEY_ID: "key",
        S3_SECRET_ACCESS_KEY: "hush",
      },
    });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("Check S3_ENDPOINT");
    expect(stderr).not.toMatch(/secret|hush|\n\s+at /);
  });
});
