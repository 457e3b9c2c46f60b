import { explain } from "@repo/command-line/explain";
import { UsageError } from "@repo/command-line/usage-error";

import { parseCommand } from "./command.js";
import { ExitCode } from "./exit-code.js";
import { helpFor } from "./help.js";
import { nextStep } from "./next-step.js";
import type { Surroundings } from "./surroundings.js";

const USAGE_CODES: ReadonlySet<unknown> = new Set(["invalid_history_table", "invalid_input"]);

/** Runs a command line, explains what fails, and gives the exit code. */
export async function run(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  const { stdout, stderr, signal } = surroundings;
  try {
    const command = parseCommand(argv);
    if (command.name === "help") {
      stdout.write(helpFor(command.topic));
      return ExitCode.ok;
    }
    // What a command needs is loaded with it: help answers at once.
    if (command.env !== undefined) loadVariables(command.env);
    const { perform } = await import("../commands/perform.js");
    return await perform(command, surroundings);
  } catch (error) {
    if (!signal.aborted) {
      const advice = nextStep(error);
      stderr.write(`${explain(error)}\n${advice === undefined ? "" : `${advice}\n`}`);
    }
    return isUsage(error) ? ExitCode.usage : ExitCode.failure;
  }
}

/** Those that are set already stay as they are. */
function loadVariables(file: string): void {
  try {
    process.loadEnvFile(file);
  } catch (cause) {
    throw new UsageError(`The file of --env cannot be read: ${file}.`, { cause });
  }
}

/** What the module refuses came from the command line or the environment as well. */
function isUsage(error: unknown): boolean {
  if (error instanceof UsageError) return true;
  return error instanceof Error && "code" in error && USAGE_CODES.has(error.code);
}
