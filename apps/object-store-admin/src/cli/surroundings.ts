import type { Output } from "@repo/command-line/output";

import type { Environment } from "../settings/environment.js";

/** What a command has to do with the process that runs it. */
export interface Surroundings {
  readonly env: Environment;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Whether somebody is at the terminal to answer a question. */
  readonly canAsk: boolean;
  /** Ends the command early. */
  readonly signal: AbortSignal;
}
