import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { describe, expect, it } from "@jest/globals";

const execFileAsync = promisify(execFile);
const PROGRAM = new URL("../dist/main.js", import.meta.url).pathname;

interface Line {
  summary?: true;
  case?: string;
  struck?: boolean;
  cases: number;
  notStruck: number;
  lost: number;
  orphaned: number;
  deadRows: number;
  wrong: number;
  findings?: string[];
}

/** Runs the harness as a process; gives its exit code and its lines. */
async function crashProof(...options: string[]): Promise<{ code: number; lines: Line[] }> {
  const parameters = [PROGRAM, "--json", "--sites", "1", ...options];
  const { code, stdout } = await execFileAsync(process.execPath, parameters).then(
    ({ stdout: output }) => ({ code: 0, stdout: output }),
    (error: unknown) => error as { code: number; stdout: string },
  );
  const lines = stdout.split("\n").filter((line) => line !== "");
  return { code, lines: lines.map((line) => JSON.parse(line) as Line) };
}

/** The summary comes last. */
function summaryOf(lines: readonly Line[]): Line {
  const last = lines.at(-1);
  if (last?.summary !== true) throw new Error("the harness gave no summary");
  return last;
}

describe("the harness", () => {
  it("finds nothing wrong with the module as it is", async () => {
    const { code, lines } = await crashProof("--only", "batch delete, image: killed at step 2,");
    expect(summaryOf(lines)).toMatchObject({
      cases: 4,
      notStruck: 0,
      lost: 0,
      orphaned: 0,
      deadRows: 0,
      wrong: 0,
    });
    expect(code).toBe(0);
  });

  it("reports orphans when uploads do not record their intent", async () => {
    const { code, lines } = await crashProof(
      ...["--sabotage", "intent", "--only", "upload small, image: killed at step 6, before"],
    );
    expect(summaryOf(lines).orphaned).toBe(1);
    expect(code).toBe(1);
  });

  it("lets the label of a missing object arrive late", async () => {
    const { code, lines } = await crashProof("--only", "audit --fix, image: S3 at request 9, hang");
    expect(summaryOf(lines)).toMatchObject({ notStruck: 0, wrong: 0 });
    expect(code).toBe(0);
  });

  it("finds nothing wrong with uploads at once", async () => {
    const { code, lines } = await crashProof("--only", "four uploads: killed at step 8");
    expect(summaryOf(lines)).toMatchObject({ cases: 2, notStruck: 0, lost: 0, orphaned: 0 });
    expect(code).toBe(0);
  });

  it("reports orphans when completions of direct uploads do not record their intent", async () => {
    const { code, lines } = await crashProof(
      ...["--sabotage", "intent", "--only", "direct upload in a transaction: request 5, reset"],
    );
    expect(summaryOf(lines).orphaned).toBeGreaterThan(0);
    expect(code).toBe(1);
  });

  it("reports orphans when uploads that were given up leave no tombstone", async () => {
    const { code, lines } = await crashProof(
      ...["--sabotage", "tombstone", "--only", "upload small, image: hang"],
    );
    expect(summaryOf(lines).orphaned).toBe(1);
    expect(code).toBe(1);
  });

  it("reports lost files when completions do not compare before they set", async () => {
    const { code, lines } = await crashProof(
      ...[
        "--sabotage",
        "compare-and-set",
        "--only",
        "upload small, image: overtaken before statement 5",
      ],
    );
    expect(summaryOf(lines).lost).toBeGreaterThan(0);
    expect(code).toBe(1);
  });

  it("says how it is used", async () => {
    await expect(crashProof("--sabotage", "everything")).resolves.toMatchObject({
      code: 2,
      lines: [],
    });
  });
});
