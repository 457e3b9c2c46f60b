import type { Output } from "@repo/command-line/output";
import { formatCount, formatDuration } from "@repo/command-line/units";

import type { Tally } from "../load/tally.js";
import type { Sample } from "../samples/sample.js";

const INTERVAL_SECONDS = 60;

/** Hears of every sample, and writes a line a minute. */
export function progressTo(
  output: Output,
  plannedSeconds: number,
): (sample: Pick<Sample, "seconds">, tally: Tally) => void {
  let due = INTERVAL_SECONDS;
  return ({ seconds }, { operationCount, failures }) => {
    if (seconds < due) return;
    due = INTERVAL_SECONDS * (1 + Math.floor(seconds / INTERVAL_SECONDS));
    const done = `${formatDuration(seconds)} of ${formatDuration(plannedSeconds)}`;
    const counts = `${formatCount(operationCount, "operation")}, ${formatCount(failures, "failure")}`;
    output.write(`${done}: ${counts}\n`);
  };
}
