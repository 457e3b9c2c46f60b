import type { Step } from "../job.js";
import type { Begin, ProbeHandler } from "./probe-handler.js";
import { wrapPostgres } from "./wrap-postgres.js";
import { wrapRequests } from "./wrap-requests.js";

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
