import type { SweepReport } from "../maintenance/contract.js";
import { instruments } from "./instruments.js";

/** Counts what a sweep did, by outcome. */
export function countSwept(report: SweepReport): SweepReport {
  for (const outcome of ["abandoned", "removed", "aborted", "strays", "failed"] as const) {
    instruments().swept.add(report[outcome], { "object_store.sweep.outcome": outcome });
  }
  return report;
}
