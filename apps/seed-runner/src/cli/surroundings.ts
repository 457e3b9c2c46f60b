import type { Output } from "@repo/command-line/output";

/** What a command has to do with the process that runs it. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Ends the command early. */
  readonly signal: AbortSignal;
}
