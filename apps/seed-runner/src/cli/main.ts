import { listenForInterruption } from "@repo/command-line/interruption";

import { run } from "./run.js";

/** Runs the command line of this process and gives the exit code. */
export async function main(
  argv: readonly string[],
): Promise<{ code: number; interrupted: boolean }> {
  const interruption = listenForInterruption();
  // The README says which Node versions the SDK supports and until when; not on every run.
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
  const { env, stdout, stderr } = process;
  const code = await run(argv, { env, stdout, stderr, signal: interruption.signal });
  const interruptedCode = interruption.exitCode();
  return { code: interruptedCode ?? code, interrupted: interruptedCode !== undefined };
}
