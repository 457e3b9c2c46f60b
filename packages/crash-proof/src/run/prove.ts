import { type Case, nameOf } from "../cases/case.js";
import { planFrom, thinned } from "../cases/plan.js";
import { USE_CASES, useCaseNamed } from "../cases/use-cases.js";
import { KINDS } from "../job.js";
import { Site } from "../site/site.js";
import type { CaseResult } from "./run-case.js";
import type { Troupe } from "./troupe.js";

export interface ProofOptions {
  /**
   * Only use cases and kinds in whose name this occurs, and after a colon, only troubles in whose
   * name that occurs: `delete, audio` or `upload small: hang`. All cases of each are played; without
   * any, what a whole run plays.
   */
  only?: readonly string[];
  /** About so many cases, spread evenly; all by default. */
  sample?: number | undefined;
  /** Whether each use case is played on one kind of file; on all of its kinds by default. */
  onOneKind?: boolean;
  signal?: AbortSignal;
  /** Told of use cases that this machine cannot play. */
  onSkip?: (useCases: number, why: string) => void;
  /** How many cases there will be, once the dry runs are over. */
  onPlan?: (cases: number) => void;
  onResult: (result: CaseResult) => void;
}

/** Finds the steps of every use case by playing it without trouble, and then plays every trouble. */
export async function prove(
  troupe: Troupe,
  { only = [], sample, onOneKind = false, signal, onSkip, onPlan, onResult }: ProofOptions,
): Promise<void> {
  const isAll = only.length > 0;
  const choices = isAll ? only.map(partsOf) : [partsOf("")];
  const dryRuns = USE_CASES.filter(({ name }) => !isSkipped(name)).flatMap(
    ({ name: useCase, kinds = KINDS }, number) =>
      kinds
        .map((kind): Case => ({ useCase, kind, trouble: { type: "none" } }))
        .filter((dryRun) =>
          choices.some((choice) => partsOf(nameOf(dryRun)).useCase.includes(choice.useCase)),
        )
        .filter((_, at, { length }) => !onOneKind || at === number % length),
  );
  const skipped = USE_CASES.filter(({ name }) => isSkipped(name));
  if (skipped.length > 0) onSkip?.(skipped.length, "pgbouncer is not installed");
  const planned: Case[][] = dryRuns.map(() => []);
  await troupe.play(
    dryRuns,
    (result) => {
      onResult(result);
      const plan = planFrom(result.dryRun);
      planned[dryRuns.indexOf(result.current)] = isAll ? plan : thinned(plan, result.current);
    },
    signal,
  );
  const wanted = planned.map((ofOne) =>
    ofOne.filter((each) => {
      const { useCase, trouble } = partsOf(nameOf(each));
      return choices.some(
        (choice) => useCase.includes(choice.useCase) && trouble.includes(choice.trouble),
      );
    }),
  );
  const cases = sample === undefined ? wanted.flat() : quickSample(wanted, sample);
  onPlan?.(dryRuns.length + cases.length);
  await troupe.play(cases, onResult, signal);
}

/** The use case and kind of a case or choice, and its trouble. */
function partsOf(text: string): { useCase: string; trouble: string } {
  const [useCase = "", trouble = ""] = text.split(":").map((part) => part.trim());
  return { useCase, trouble };
}

function isSkipped(useCase: string): boolean {
  return useCaseNamed(useCase).pooler !== undefined && !Site.hasPooler;
}

/** About so many of all cases, and one of each use case at least. */
function quickSample(planned: readonly (readonly Case[])[], count: number): Case[] {
  const share = count / planned.flat().length;
  return planned.flatMap((ofOne) => spread(ofOne, Math.max(1, Math.round(share * ofOne.length))));
}

function spread<Item>(items: readonly Item[], count: number): Item[] {
  const stride = Math.max(1, items.length / count);
  return Array.from(
    { length: Math.min(count, items.length) },
    (_, at) => items[Math.floor(at * stride)],
  ).filter((item) => item !== undefined);
}
