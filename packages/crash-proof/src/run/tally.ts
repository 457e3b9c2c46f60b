import type { CaseResult } from "./run-case.js";

/** A run in figures. */
export interface Summary {
  cases: number;
  /** Cases whose trouble never came, and which therefore show nothing. */
  notStruck: number;
  /** Files that were acknowledged and are gone, or whose bytes are not theirs. */
  lost: number;
  /** Objects, and multipart uploads, that no row knows. */
  orphaned: number;
  /** Rows that no sweep finished. */
  deadRows: number;
  /** Untrue answers, unexpected errors, transactions that came true in part, and the like. */
  wrong: number;
  seconds: number;
}

/** Adds results up. */
export class Tally {
  readonly #startedAt = performance.now();
  readonly #counts = { cases: 0, notStruck: 0, lost: 0, orphaned: 0, deadRows: 0, wrong: 0 };

  add({ struck, findings }: CaseResult): void {
    const counts = this.#counts;
    counts.cases += 1;
    if (!struck) counts.notStruck += 1;
    counts.lost += findings.lost.size;
    counts.orphaned += findings.orphaned.size;
    counts.deadRows += findings.deadRows.size;
    counts.wrong += findings.wrong.size;
  }

  get summary(): Summary {
    const seconds = Math.round((performance.now() - this.#startedAt) / 100) / 10;
    return { ...this.#counts, seconds };
  }
}

/** Whether a run proves what it is meant to. */
export function isClean({ notStruck, lost, orphaned, deadRows, wrong }: Summary): boolean {
  return notStruck + lost + orphaned + deadRows + wrong === 0;
}
