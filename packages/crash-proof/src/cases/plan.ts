import type { Kind, Phase, S3Trouble, Step, Trouble } from "../job.js";
import type { Case } from "./case.js";

/** What a dry run of a use case saw. */
export interface DryRun {
  useCase: string;
  kind: Kind;
  steps: readonly Step[];
  storageCalls: number;
  /** The operations of the requests, as the server names them. */
  operations: readonly string[];
}

/** Every trouble at every step that the dry run saw. */
export function planFrom({ useCase, kind, steps, storageCalls, operations }: DryRun): Case[] {
  const troubles: Trouble[] = [
    ...steps.flatMap((step, at) =>
      phasesOf(step).map((phase): Trouble => ({ type: "kill", step: at + 1, phase })),
    ),
    ...steps.flatMap((step, at) => (step.system === "postgres" ? crashes(step, at + 1) : [])),
    ...operations.flatMap((operation, at) =>
      faultsOf(operation, steps).map((fault): Trouble => ({ type: "s3", request: at + 1, fault })),
    ),
    ...steps.flatMap((step, at): Trouble[] =>
      isStatement(step) ? [{ type: "overtaken", before: "statement", number: at + 1 }] : [],
    ),
    ...Array.from({ length: storageCalls }, (_, at): Trouble => {
      return { type: "overtaken", before: "storage call", number: at + 1 };
    }),
  ];
  return troubles.map((trouble) => ({ useCase, kind, trouble }));
}

function isStatement({ system, what }: Step): boolean {
  return system === "postgres" && what !== "connect";
}

function phasesOf(step: Step): Phase[] {
  if (step.what === "connect") return ["before", "after"];
  return step.hasBody ? ["before", "midway", "sent", "after"] : ["before", "sent", "after"];
}

function crashes(step: Step, number: number): Trouble[] {
  const crash = (phase: "before" | "after", back: "at once" | "late"): Trouble => {
    return { type: "postgres", step: number, phase, back };
  };
  if (!isStatement(step)) return [crash("before", "late")];
  return [crash("before", "at once"), crash("before", "late"), crash("after", "late")];
}

function faultsOf(operation: string, steps: readonly Step[]): S3Trouble[] {
  const faults: S3Trouble[] = [
    "error once",
    "errors",
    "hang",
    "reset",
    "response lost once",
    "responses lost",
    "response cut",
  ];
  const isStreamed = operation === "PutObject" && steps.some(({ hasBody }) => hasBody);
  if (isStreamed || operation === "UploadPart") faults.push("reset midway");
  if (operation === "DeleteObjects") faults.push("partial delete errors");
  return faults;
}
