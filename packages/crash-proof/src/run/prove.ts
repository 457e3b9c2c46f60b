import { type Case, nameOf } from "../cases/case.js";
import { planFrom } from "../cases/plan.js";
import { USE_CASES } from "../cases/use-cases.js";
import { KINDS } from "../job.js";
import type { CaseResult } from "./run-case.js";
import type { Troupe } from "./troupe.js";

export interface ProofOptions {
  /**
   * Only use cases and kinds in whose name this occurs, and after a colon, only troubles in whose
   * name that occurs: `delete, audio` or `upload small: hang`.
   */
  only?: string | undefined;
  /** About so many cases, spread evenly; all by default. */
  sample?: number | undefined;
  signal?: AbortSignal;
  /** How many cases there will be, once the dry runs are over. */
  onPlan?: (cases: number) => void;
  onResult: (result: CaseResult) => void;
}

/** Finds the steps of every use case by playing it without trouble, and then plays every trouble. */
export async function prove(
  troupe: Troupe,
  { only = "", sample, signal, onPlan, onResult }: ProofOptions,
): Promise<void> {
  const [useCases = "", troubles = ""] = only.split(":").map((part) => part.trim());
  const dryRuns = USE_CASES.flatMap(({ name: useCase, kinds = KINDS }) =>
    kinds.map((kind): Case => ({ useCase, kind, trouble: { type: "none" } })),
  ).filter((dryRun) => nameOf(dryRun).split(":")[0]?.includes(useCases));
  const planned: Case[][] = dryRuns.map(() => []);
  await troupe.play(
    dryRuns,
    (result) => {
      onResult(result);
      planned[dryRuns.indexOf(result.current)] = planFrom(result.dryRun);
    },
    signal,
  );
  const all = planned.flat().filter((each) => nameOf(each).split(":")[1]?.includes(troubles));
  const cases = sample === undefined ? all : spread(all, sample);
  onPlan?.(dryRuns.length + cases.length);
  await troupe.play(cases, onResult, signal);
}

function spread<Item>(items: readonly Item[], count: number): Item[] {
  const stride = Math.max(1, items.length / count);
  return Array.from(
    { length: Math.min(count, items.length) },
    (_, at) => items[Math.floor(at * stride)],
  ).filter((item) => item !== undefined);
}
