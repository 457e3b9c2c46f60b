import { fileURLToPath } from "node:url";

import { readConfiguration } from "../configuration.js";
import { parseCommand } from "./command.js";
import { ExitCode } from "@repo/command-line/exit-code";
import { explain } from "@repo/command-line/explain";
import { HELP } from "./help.js";
import { listenForInterruption } from "@repo/command-line/interruption";
import { UsageError } from "@repo/command-line/usage-error";

/** `.data` in the top folder of the repository. */
const DEFAULT_DATA_DIR = fileURLToPath(new URL("../../../../.data", import.meta.url));

/** Runs the command line and gives the exit code. */
export async function main(
  argv: readonly string[],
): Promise<{ code: number; interrupted: boolean }> {
  const interruption = listenForInterruption();
  const code = await runAndExplain(argv, interruption.signal);
  const interruptedCode = interruption.exitCode();
  return { code: interruptedCode ?? code, interrupted: interruptedCode !== undefined };
}

async function runAndExplain(argv: readonly string[], signal: AbortSignal): Promise<number> {
  try {
    return await run(argv, signal);
  } catch (error) {
    if (!signal.aborted) process.stderr.write(`${explain(error)}\n`);
    return error instanceof UsageError ? ExitCode.usage : ExitCode.failure;
  }
}

/** What a command needs is loaded with it: help answers at once. */
async function run(argv: readonly string[], signal: AbortSignal): Promise<number> {
  const command = parseCommand(argv, DEFAULT_DATA_DIR);
  switch (command.name) {
    case "help":
      process.stdout.write(HELP);
      return ExitCode.ok;
    case "reset": {
      const configuration = readConfiguration(process.env);
      const { reset } = await import("../reset.js");
      return reset(command, configuration);
    }
    case "seed": {
      // The README says which Node versions the SDK supports and until when; not on every run.
      process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
      const configuration = readConfiguration(process.env);
      const { seed } = await import("../seed.js");
      return seed(command, configuration, signal);
    }
  }
}
