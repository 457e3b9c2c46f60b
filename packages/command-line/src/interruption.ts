import { constants } from "node:os";

import { ExitCode } from "./exit-code.js";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Whether and why a run has to stop early. */
export interface Interruption {
  /** Aborted by the first request to stop. */
  readonly signal: AbortSignal;
  /** What the process ends with, once a request came. */
  exitCode(): number | undefined;
}

/**
 * Turns the first SIGINT, SIGTERM or SIGHUP, and an output that takes no more, into an
 * AbortSignal; a second signal ends the process at once. Stays in force until the process ends.
 */
export function listenForInterruption(): Interruption {
  const controller = new AbortController();
  let exitCode: number | undefined;

  const stop = (code: number): void => {
    exitCode ??= code;
    controller.abort();
  };
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      const code = numberOf(signal);
      if (exitCode !== undefined) process.exit(code);
      stop(code);
    });
  }
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    const readerLeft = error.code === "EPIPE";
    if (!readerLeft) process.stderr.write(`Standard output failed: ${error.message}\n`);
    stop(readerLeft ? numberOf("SIGPIPE") : ExitCode.failure);
  });
  process.stderr.on("error", () => {
    stop(numberOf("SIGPIPE"));
  });
  return { signal: controller.signal, exitCode: () => exitCode };
}

/** What a shell reports for a process that ended by the signal. */
function numberOf(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}
