import type { Phase, Step } from "../job.js";
import { wrapPostgres } from "./wrap-postgres.js";
import { wrapRequests } from "./wrap-requests.js";

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

/**
 * Counts every use of PostgreSQL and S3 in this process, by wrapping what any code has to go
 * through: the client of node-postgres, and the requests of Node itself. To be installed before
 * anything that binds them is imported.
 */
export class Probe {
  #steps: Step[] = [];
  #handler: ProbeHandler | undefined;

  install(): void {
    const begin: Begin = (step, how = "callback") => {
      if (this.#handler === undefined) return undefined;
      if (how === "promise" && !this.#handler.countsPromises) return undefined;
      return { handler: this.#handler, number: this.#steps.push(step) };
    };
    wrapPostgres(begin);
    wrapRequests(begin);
  }

  /** Counts from here, from 1. */
  arm(handler: ProbeHandler): void {
    this.#steps = [];
    this.#handler = handler;
  }

  /** Counts no more; gives the steps since it was armed. */
  disarm(): readonly Step[] {
    this.#handler = undefined;
    const steps = this.#steps;
    this.#steps = [];
    return steps;
  }
}
