import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { beforeAll, describe, expect, it } from "@jest/globals";

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

/** The lines of the cases of one use case, its dry run among them. */
function casesOf(lines: readonly Line[], useCase: string): Line[] {
  return lines.filter((line) => line.case?.startsWith(`${useCase},`));
}

/** Lost, orphaned and other wrong things that a run found in all of these cases. */
function findingsOf(cases: readonly Line[]): number {
  return cases.reduce(
    (sum, { lost, orphaned, deadRows, wrong }) => sum + lost + orphaned + deadRows + wrong,
    0,
  );
}

describe("the harness, with the module as it is,", () => {
  let lines: Line[];

  /** Cases that are to be all there were of their use case, each struck by its trouble. */
  function expectSound(useCase: string, count: number): void {
    const cases = casesOf(lines, useCase);
    expect(cases).toHaveLength(count);
    expect(cases.filter(({ struck }) => struck !== true)).toEqual([]);
    expect(findingsOf(cases)).toBe(0);
  }

  beforeAll(async () => {
    const run = await crashProof(
      ...["--only", "batch delete, image: killed at step 2,"],
      ...["--only", "audit --fix, image: S3 at request 9, hang"],
      ...["--only", "four uploads: killed at step 8"],
    );
    lines = run.lines;
    expect(run.code).toBe(0);
  });

  it("finds nothing wrong", () => {
    expect(summaryOf(lines)).toMatchObject({
      notStruck: 0,
      lost: 0,
      orphaned: 0,
      deadRows: 0,
      wrong: 0,
    });
    expectSound("batch delete", 4);
  });

  it("lets the label of a missing object arrive late", () => {
    expectSound("audit --fix", 2);
  });

  it("finds nothing wrong with uploads at once", () => {
    expectSound("four uploads at once", 2);
  });
});

describe("the harness, with intents that are not recorded,", () => {
  let lines: Line[];

  beforeAll(async () => {
    const run = await crashProof(
      ...["--sabotage", "intent"],
      ...["--only", "upload small, image: killed at step 6, before"],
      ...["--only", "direct upload in a transaction: request 5, reset"],
    );
    lines = run.lines;
    expect(run.code).toBe(1);
  });

  const orphansOf = (useCase: string): number =>
    casesOf(lines, useCase).reduce((sum, { orphaned }) => sum + orphaned, 0);

  it("reports orphans of uploads", () => {
    expect(orphansOf("upload small")).toBe(1);
  });

  it("reports orphans of completions of direct uploads", () => {
    expect(orphansOf("direct upload in a transaction")).toBeGreaterThan(0);
  });
});

describe("the harness", () => {
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

  it("reports orphans when the object before a replacement is forgotten", async () => {
    const { code, lines } = await crashProof(
      ...["--sabotage", "replacement"],
      ...["--only", "strip with variants, image: killed at step 10, before"],
    );
    expect(summaryOf(lines).orphaned).toBe(1);
    expect(code).toBe(1);
  });

  it("says how it is used", async () => {
    await expect(crashProof("--sabotage", "everything")).resolves.toMatchObject({
      code: 2,
      lines: [],
    });
  });
});
