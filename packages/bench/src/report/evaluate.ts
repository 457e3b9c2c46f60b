import type { Comparison, Goal } from "../bench.js";
import type { Measurement } from "../runner/measure.js";
import { median } from "./median.js";

/** A line of the report. */
export interface Result {
  bench: string;
  case: string;
  metric: string;
  /** Median over the rounds. */
  ours: number;
  /** Median over the rounds of the variant that `against` names. */
  baseline: number | null;
  against: string | null;
  /** ours / baseline. */
  ratio: number | null;
  goal: string | null;
  met: boolean | null;
  rounds: number;
}

/** @throws Error when a round did not give the metric that is compared */
export function evaluate(
  of: Pick<Result, "bench" | "case">,
  comparison: Comparison,
  measurements: ReadonlyMap<string, readonly Measurement[]>,
): Result {
  const { metric, against, goal } = comparison;
  const values = (variant: string): number[] =>
    (measurements.get(variant) ?? []).map((measurement) => {
      const value = measurement[metric];
      if (value === undefined) throw new Error(`${variant} gives no ${metric} in ${of.case}`);
      return value;
    });
  const ourValues = values("ours");
  const ours = median(ourValues);
  const baseline = against === undefined ? null : median(values(against));
  const ratio = baseline === null ? null : ours / baseline;
  const difference = baseline === null ? null : ours - baseline;
  return {
    ...of,
    metric,
    ours,
    baseline,
    against: against ?? null,
    ratio,
    goal: goal === undefined ? null : goalText(goal),
    met: goal === undefined ? null : isMet(goal, { ratio, difference, ours }[goal.of]),
    rounds: ourValues.length,
  };
}

function goalText({ of, atMost, atLeast }: Goal): string {
  const bounds = [
    ...(atMost === undefined ? [] : [`<= ${atMost}`]),
    ...(atLeast === undefined ? [] : [`>= ${atLeast}`]),
  ];
  return `${of} ${bounds.join(" and ")}`;
}

function isMet({ atMost = Infinity, atLeast = -Infinity }: Goal, value: number | null): boolean {
  return value !== null && value <= atMost && value >= atLeast;
}
