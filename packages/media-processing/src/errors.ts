/** The stable code of each failure. */
export type MediaProcessingErrorCode =
  | "process_lost"
  | "processing_busy"
  | "processing_unavailable";

/** The base of every failure of this package. */
export abstract class MediaProcessingError extends Error {
  abstract readonly code: MediaProcessingErrorCode;

  constructor(message: string, cause: unknown) {
    super(message, { cause });
    this.name = new.target.name;
  }
}

/** Thrown when a process ends before it has finished its job: the bytes are to blame. */
export class ProcessLostError extends MediaProcessingError {
  readonly code = "process_lost";

  /** @param reason the limit that the job exceeded, or `fault` if the process crashed or exited */
  constructor(
    readonly reason: "time" | "memory" | "fault",
    cause?: unknown,
  ) {
    super(`a process was lost: ${reason}`, cause);
  }
}

/**
 * Thrown when the machine cannot start a process, or cannot write or read a temporary file: the bytes
 * are not to blame. `cause` is the system's error. If the process ended while it started, the `code` of
 * the cause is the name of a signal or an exit code such as `EXIT_1`.
 */
export class ProcessingUnavailableError extends MediaProcessingError {
  readonly code = "processing_unavailable";

  /** @param operation what failed */
  constructor(
    readonly operation: "start" | "temporary file",
    cause: unknown,
  ) {
    super(`media cannot be processed: the ${operation} failed`, cause);
  }
}

/** Thrown at once when as many jobs wait as may: try again later. */
export class ProcessingBusyError extends MediaProcessingError {
  readonly code = "processing_busy";

  constructor(readonly waiting: number) {
    super(`media cannot be processed now: ${waiting} jobs wait`, undefined);
  }
}
