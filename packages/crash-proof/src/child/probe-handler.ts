import type { Phase, Step } from "../job.js";

/** What happens at the steps; they count from 1. */
export interface ProbeHandler {
  /**
   * Whether statements count whose callers await a promise: Sequelize does so where it sets up a
   * connection, and the migrator in all it does.
   */
  countsPromises: boolean;
  /** Synchronous points of a step, at which the process may die. */
  reached: (step: number, phase: Phase) => void;
  /** Holds a statement up; undefined lets it go on at once. */
  hold: (step: number) => Promise<void> | undefined;
  /** Gives an error in place of a statement's answer; undefined leaves the answer. */
  loseAnswer: (step: number) => Promise<Error> | undefined;
}

/**
 * Counts a step; undefined while nobody counts.
 *
 * @param how the caller is to get the answer
 */
export type Begin = (
  step: Step,
  how?: "callback" | "promise",
) => { handler: ProbeHandler; number: number } | undefined;
