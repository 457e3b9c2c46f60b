import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

import { run } from "../../src/cli/run.js";

export const MAIN = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

/** What can be set from outside; without it the embedded services are used. */
const SERVICE_VARIABLES =
  /^(?:DATABASE_URL|S3_.*|NO_COLOR|FORCE_COLOR|NODE_OPTIONS|NODE_NO_WARNINGS)$/;

export type Line = Record<string, unknown> & { event: string };

export interface SeedRun {
  child: ChildProcess;
  /** Resolves with the first line of standard error that matches, or fails when the run ends. */
  said(pattern: RegExp): Promise<void>;
  /** Resolves with what the run left behind when it has ended and closed its outputs. */
  ended: Promise<SeedResult>;
}

export interface SeedResult {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface SeedOptions {
  env?: Record<string, string>;
  cwd?: string;
}

/** Starts the built program as a process of its own. */
export function startSeed(
  args: readonly string[],
  { env = {}, cwd = process.cwd() }: SeedOptions = {},
): SeedRun {
  const inherited = Object.entries(process.env).filter(([name]) => !SERVICE_VARIABLES.test(name));
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd,
    env: { ...Object.fromEntries(inherited), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const ended = new Promise<SeedResult>((resolve, reject) => {
    child.once("error", reject).once("close", (code, signal) => {
      resolve({ code, signal, stdout, stderr });
    });
  });
  return {
    child,
    ended,
    said: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (pattern.test(stderr)) resolve();
        };
        child.stderr.on("data", look);
        look();
        void ended.then(() => {
          reject(new Error(`The run ended without saying ${String(pattern)}: ${stderr}`));
        });
      }),
  };
}

export async function runSeed(
  args: readonly string[],
  options: SeedOptions = {},
): Promise<SeedResult> {
  return startSeed(args, options).ended;
}

/** Runs the program in this process, which saves a start. */
export async function runHere(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<SeedResult> {
  let [stdout, stderr] = ["", ""];
  const code = await run(args, {
    env,
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    signal: new AbortController().signal,
  });
  return { code, signal: null, stdout, stderr };
}

/** The lines of `--json`. Fails when standard output holds anything else. */
export function linesOf({ stdout }: SeedResult): Line[] {
  if (!stdout.endsWith("\n")) throw new Error(`Not whole lines: ${stdout}`);
  return stdout
    .slice(0, -1)
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
}

/** The lines about files, and the summary, which is last. */
export function eventsOf(result: SeedResult): { files: Line[]; summary: Line } {
  const files = linesOf(result);
  const summary = files.pop();
  if (summary?.event !== "summary") throw new Error(`No summary: ${result.stdout}`);
  return { files, summary };
}

/** Waits for the first whole line on standard output. */
export async function firstLine({ child, ended }: SeedRun): Promise<Line> {
  let text = "";
  return new Promise((resolve, reject) => {
    child.stdout?.on("data", (chunk: string) => {
      text += chunk;
      if (text.includes("\n")) resolve(JSON.parse(text.slice(0, text.indexOf("\n"))) as Line);
    });
    void ended.then(({ stderr }) => {
      reject(new Error(`The run ended without a line: ${stderr}`));
    });
  });
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
