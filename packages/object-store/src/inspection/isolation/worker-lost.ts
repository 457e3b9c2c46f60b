/** How a worker ended that should have gone on. */
export type LossReason = "time" | "memory" | "fault";

/** Rejects the steps that a worker did not finish. Never leaves the pool. */
export class WorkerLostError extends Error {
  /**
   * @param wasRunning whether the step was the one that the worker was at: it did it
   */
  constructor(
    readonly reason: LossReason,
    readonly wasRunning: boolean,
    cause?: unknown,
  ) {
    super(`a worker was lost: ${reason}`, { cause });
  }
}
