/** An axis from 0. */
export interface Axis {
  readonly max: number;
  /** Round numbers from 0 to `max`, both included unless `max` was given. */
  readonly ticks: readonly number[];
}

const ROUND = [1, 2, 2.5, 5, 10];

/** An axis that ends with a round number, at `most` or above, after about so many steps. */
export function roundAxis(most: number, steps: number): Axis {
  const step = roundStep(most, steps);
  const count = Math.max(1, Math.ceil(most / step));
  return { max: count * step, ticks: ticksTo(count, step) };
}

/** An axis that ends where the values do. */
export function exactAxis(max: number, steps: number): Axis {
  const step = roundStep(max, steps);
  return { max, ticks: ticksTo(Math.floor(max / step), step) };
}

function roundStep(most: number, steps: number): number {
  const rough = (most > 0 ? most : 1) / steps;
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * (ROUND.find((factor) => factor * power >= rough) ?? 10);
}

function ticksTo(count: number, step: number): number[] {
  return Array.from({ length: count + 1 }, (_, at) => at * step);
}
