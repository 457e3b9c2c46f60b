import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";

/** What an installation links into its `node_modules/.bin`; `TEST_PROGRAM` names another one's. */
export const PROGRAM =
  process.env["TEST_PROGRAM"] ??
  fileURLToPath(new URL("../../bin/object-store-admin.js", import.meta.url));

export interface Run {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs the program with these variables and no others. */
export function runProgram(env: Record<string, string>, ...parameters: string[]): Promise<Run> {
  return run(process.execPath, [PROGRAM, ...parameters], { env });
}

export function run(
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
  const { stdout } = await runProgram(env, ...parameters, "--json");
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
