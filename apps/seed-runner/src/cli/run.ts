import { fileURLToPath } from "node:url";

import { readConfiguration } from "../configuration.js";
import { parseCommand } from "./command.js";
import { ExitCode } from "@repo/command-line/exit-code";
import { explain } from "@repo/command-line/explain";
import { UsageError } from "@repo/command-line/usage-error";
import { HELP } from "./help.js";
import type { Surroundings } from "./surroundings.js";

/** `.data` in the top folder of the repository. */
const DEFAULT_DATA_DIR = fileURLToPath(new URL("../../../../.data", import.meta.url));

/** Runs a command line, explains what fails, and gives the exit code. */
export async function run(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  try {
    return await perform(argv, surroundings);
  } catch (error) {
    const { stderr, signal } = surroundings;
    if (!signal.aborted) stderr.write(`${explain(error)}\n`);
    return error instanceof UsageError ? ExitCode.usage : ExitCode.failure;
  }
}

/** What a command needs is loaded with it: help answers at once. */
async function perform(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  const { env, stdout } = surroundings;
  const command = parseCommand(argv, DEFAULT_DATA_DIR);
  switch (command.name) {
    case "help":
      stdout.write(HELP);
      return ExitCode.ok;
    case "reset": {
      const configuration = readConfiguration(env);
      const { reset } = await import("../reset.js");
      return reset(command, configuration, surroundings);
    }
    case "seed": {
      const configuration = readConfiguration(env);
      const { seed } = await import("../seed.js");
      return seed(command, configuration, surroundings);
    }
  }
}
