import { KINDS, type Phase, type Step, type Trouble } from "../job.js";
import type { Case } from "./case.js";
import type { DryRun } from "./dry-run.js";
import { sampleOf } from "./sample.js";
import { useCaseNamed } from "./use-cases.js";

const OF_EVERY_REQUEST = [
  "error once",
  "errors",
  "hang",
  "reset",
  "response lost once",
  "responses lost",
  "response cut",
] as const;

/** Every trouble at every step that the dry run saw, or a sample where these come in no order. */
export function planFrom(dryRun: DryRun): Case[] {
  const { useCase, kind } = dryRun;
  const { atOnce = false, troubles: met, pooler } = useCaseNamed(useCase);
  const troubles = (atOnce ? sampleOf(dryRun) : everything(dryRun))
    .filter(({ type }) => met?.includes(type) !== false)
    .filter((trouble) => pooler === undefined || !keepsPoolerWaiting(trouble));
  return troubles.map((trouble) => ({ useCase, kind, trouble }));
}

/**
 * What a whole run plays of the plan of a use case on a kind of file. Kinds share the troubles, and
 * where there are many, it plays one in some. Neighbours differ in phase or fault, so that all of
 * these come.
 */
export function thinned(plan: readonly Case[], { useCase, kind }: Case): Case[] {
  const { kinds = KINDS, oneIn = 1 } = useCaseNamed(useCase);
  const first = kinds.indexOf(kind);
  return plan.filter((_, at) => at % (kinds.length * oneIn) === first);
}

/** A pooler makes its clients wait for a server that is away. */
function keepsPoolerWaiting(trouble: Trouble): boolean {
  return trouble.type === "postgres" && trouble.back === "late";
}

function everything({ steps, storageCalls, operations }: DryRun): Trouble[] {
  const requests = steps.filter(({ system }) => system === "s3");
  return [
    ...steps.flatMap((step, at) =>
      phasesOf(step).map((phase): Trouble => ({ type: "kill", step: at + 1, phase })),
    ),
    ...steps.flatMap((step, at) => (step.system === "postgres" ? crashes(step, at + 1) : [])),
    ...operations.flatMap((operation, at) =>
      faultsOf(operation, at + 1, requests[at]?.bodyBytes ?? 0),
    ),
    ...steps.flatMap((step, at): Trouble[] =>
      isStatement(step) ? [{ type: "overtaken", before: "statement", number: at + 1 }] : [],
    ),
    ...Array.from({ length: storageCalls }, (_, at): Trouble => {
      return { type: "overtaken", before: "storage call", number: at + 1 };
    }),
  ];
}

function isStatement({ system, what }: Step): boolean {
  return system === "postgres" && what !== "connect";
}

function phasesOf({ what, bodyBytes, isAnswered }: Step): Phase[] {
  if (what === "connect") return ["before", "after"];
  const sending: Phase[] = bodyBytes > 0 ? ["before", "midway", "sent"] : ["before", "sent"];
  return isAnswered ? [...sending, "after"] : sending;
}

function crashes(step: Step, number: number): Trouble[] {
  const crash = (phase: "before" | "after", back: "at once" | "late"): Trouble => {
    return { type: "postgres", step: number, phase, back };
  };
  if (!isStatement(step)) return [crash("before", "late")];
  return [crash("before", "at once"), crash("before", "late"), crash("after", "late")];
}

function faultsOf(operation: string, request: number, bodyBytes: number): Trouble[] {
  const faults = OF_EVERY_REQUEST.map((fault): Trouble => ({ type: "s3", request, fault }));
  if (bodyBytes > 0) {
    const afterBytes = Math.floor(bodyBytes / 2);
    faults.push({ type: "s3", request, fault: "reset midway", afterBytes });
  }
  if (operation === "DeleteObjects") {
    faults.push({ type: "s3", request, fault: "partial delete errors" });
  }
  return faults;
}
