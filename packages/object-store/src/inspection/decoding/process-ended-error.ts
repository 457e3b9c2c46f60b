/** A process that ended although it should have gone on. */
export class ProcessEndedError extends Error {
  /** How: the name of a signal, or its exit code, such as `EXIT_1`. */
  readonly code: string;

  /** @param cause what it told before */
  constructor(exitCode: number | null, signal: NodeJS.Signals | null, cause?: unknown) {
    const code = signal ?? `EXIT_${String(exitCode)}`;
    super(`the process ended: ${code}`, { cause });
    this.code = code;
  }
}
