import type { Bench, BenchCase } from "../bench.js";
import { evaluate, type Result } from "../report/evaluate.js";
import type { ServiceAddresses } from "../services/service-addresses.js";
import type { Measurement } from "./measure.js";
import { runRound } from "./run-round.js";

/** Runs all variants of a case in turn, as often as there are rounds, and compares the medians. */
export async function runCase(
  bench: Bench,
  benchCase: BenchCase,
  run: { services: ServiceAddresses; rounds: number },
): Promise<Result[]> {
  await benchCase.prepare?.();
  const measurements = new Map<string, Measurement[]>();
  const names = Object.keys(benchCase.variants);
  for (let round = 0; round < run.rounds; round += 1) {
    // Each variant goes first in turn, so that none profits from what another left in caches.
    const first = round % names.length;
    for (const variant of [...names.slice(first), ...names.slice(0, first)]) {
      const measurement = await runRound({
        bench: bench.name,
        case: benchCase.name,
        variant,
        services: run.services,
      });
      measurements.set(variant, [...(measurements.get(variant) ?? []), measurement]);
    }
  }
  return benchCase.comparisons.map((comparison) =>
    evaluate({ bench: bench.name, case: benchCase.name }, comparison, measurements),
  );
}
