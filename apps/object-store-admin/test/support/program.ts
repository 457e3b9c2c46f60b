import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";

import { run } from "../../src/cli/run.js";

/** What an installation links into its `node_modules/.bin`; `TEST_PROGRAM` names another one's. */
export const PROGRAM =
  process.env["TEST_PROGRAM"] ??
  fileURLToPath(new URL("../../bin/object-store-admin.js", import.meta.url));

export interface Run {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs the program as a process, with these variables and no others. */
export function runProgram(env: Record<string, string>, ...parameters: string[]): Promise<Run> {
  return runFile(process.execPath, [PROGRAM, ...parameters], { env });
}

/**
 * Runs a command with these variables: in this process, which saves a start, unless another
 * installation's program is to be tested. Not for what the AWS SDK takes from the environment.
 */
export async function runCommand(
  env: Record<string, string>,
  ...parameters: string[]
): Promise<Run> {
  if (process.env["TEST_PROGRAM"] !== undefined) return runProgram(env, ...parameters);
  let [stdout, stderr] = ["", ""];
  const code = await run(parameters, {
    env,
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    canAsk: false,
    signal: new AbortController().signal,
  });
  return { code, stdout, stderr };
}

export function runFile(
  file: string,
  parameters: readonly string[],
  options: { env: Record<string, string>; cwd?: string },
): Promise<Run> {
  return new Promise((resolve) => {
    const child = execFile(file, parameters, options, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, stdout, stderr });
    });
  });
}

/** The lines that a command prints with --json. */
export async function jsonOf(
  env: Record<string, string>,
  ...parameters: string[]
): Promise<Record<string, unknown>[]> {
  const { stdout } = await runCommand(env, ...parameters, "--json");
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
