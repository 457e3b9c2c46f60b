import { explain } from "@repo/command-line/explain";
import { listenForInterruption } from "@repo/command-line/interruption";
import { UsageError } from "@repo/command-line/usage-error";

import { parseCommand } from "./command.js";
import { ExitCode } from "./exit-code.js";
import { helpFor } from "./help.js";
import { nextStep } from "./next-step.js";

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
    const command = parseCommand(argv);
    if (command.name === "help") {
      process.stdout.write(helpFor(command.topic));
      return ExitCode.ok;
    }
    // What a command needs is loaded with it: help answers at once.
    process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
    const { perform } = await import("../commands/perform.js");
    return await perform(command, process.env, signal);
  } catch (error) {
    if (!signal.aborted) {
      const advice = nextStep(error);
      process.stderr.write(`${explain(error)}\n${advice === undefined ? "" : `${advice}\n`}`);
    }
    return error instanceof UsageError ? ExitCode.usage : ExitCode.failure;
  }
}
