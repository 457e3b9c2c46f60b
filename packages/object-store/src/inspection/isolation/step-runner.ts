import type { StepReply, StepRequest } from "./protocol.js";

/** Bytes of a file that one step takes at most. */
export const STEP_BYTES = 256 * 1024;
/** Room in the window for the end of a file, as a parser may ask for it. */
export const TAIL_BYTES = 128 * 1024;

/** Where parsers take their steps: a worker, as an inspection sees it. */
export interface StepRunner {
  /** Whether the state of every inspection is gone. */
  readonly isLost: boolean;
  /** How many inspections have their state here. */
  inspections: number;
  /**
   * Has a parser take a step.
   *
   * @param prepare writes the step's bytes to the window as soon as it is free
   * @throws WorkerLostError
   */
  run(prepare: (window: Buffer) => StepRequest): Promise<StepReply>;
  /** Frees the state of an inspection. */
  forget(inspection: number): void;
}
