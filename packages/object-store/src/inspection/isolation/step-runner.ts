import type { StepReply, StepRequest } from "./protocol.js";

/** Bytes of a file that one step takes at most; in the window, the end of a file stands behind them. */
export const STEP_BYTES = 1024 * 1024;
/** The window: room for a step, and for the end of a file. */
export const WINDOW_BYTES = STEP_BYTES + 128 * 1024;

/** Rejects the steps of an inspection that was closed before its worker came to them. */
export class StepDroppedError extends Error {
  constructor() {
    super("the inspection was closed");
  }
}

/** Where parsers take their steps: a worker, as an inspection sees it. */
export interface StepRunner {
  /** Whether the state of every inspection is gone. */
  readonly isLost: boolean;
  /** How many inspections have their state here. */
  inspections: number;
  /**
   * Has a parser take a step. The state of the inspection is freed with its last one.
   *
   * @param prepare writes the step's bytes to the window as soon as it is free
   * @throws WorkerLostError, StepDroppedError, ResourceUnavailableError (`resource_unavailable`) when
   *   the worker does not start
   */
  run(inspection: number, prepare: (window: Buffer) => StepRequest): Promise<StepReply>;
  /** Frees the state of an inspection that did not come to its last step, and drops its waiting steps. */
  forget(inspection: number): void;
}
