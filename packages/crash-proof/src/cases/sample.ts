import type { Trouble } from "../job.js";
import type { DryRun } from "./dry-run.js";

/** Of the steps that the dry run saw, the part that there is in every order. */
const CERTAIN = 0.75;

const FAULTS = ["error once", "errors", "reset", "response lost once"] as const;

/**
 * Troubles of a use case whose steps come in no order: such as may strike whatever step has the
 * number. A statement to crash or to be overtaken at has no number of its own, and bytes that
 * arrive late could be anyone's.
 */
export function sampleOf({ steps, storageCalls, operations }: DryRun): Trouble[] {
  const kills = Array.from({ length: Math.floor(CERTAIN * steps.length) }, (_, at): Trouble => {
    return { type: "kill", step: at + 1, phase: at % 2 === 0 ? "before" : "after" };
  });
  const faults = operations.map((_, at): Trouble => {
    return { type: "s3", request: at + 1, fault: FAULTS[at % FAULTS.length] ?? "errors" };
  });
  const overtakings = Array.from({ length: storageCalls }, (_, at): Trouble => {
    return { type: "overtaken", before: "storage call", number: at + 1 };
  });
  return [...kills, ...faults, ...overtakings];
}
