import { expect, it } from "@jest/globals";

import type { Case } from "../src/cases/case.js";
import { planFrom, thinned } from "../src/cases/plan.js";
import { KINDS, type Step } from "../src/job.js";

const UPLOAD: Step = { system: "s3", what: "PUT", bodyBytes: 0, isAnswered: true };
const STATEMENT: Step = { system: "postgres", what: "UPDATE", bodyBytes: 0, isAnswered: true };

function plan(useCase: string, steps: readonly Step[]): Case[] {
  const dryRun = { useCase, kind: "image", steps, storageCalls: 0, operations: [] } as const;
  return planFrom(dryRun);
}

it("does not kill where an answer is there that never comes", () => {
  const phases = (isAnswered: boolean): string[] =>
    plan("delete", [{ ...UPLOAD, isAnswered }]).flatMap(({ trouble }) =>
      trouble.type === "kill" ? [trouble.phase] : [],
    );
  expect(phases(true)).toEqual(["before", "sent", "after"]);
  expect(phases(false)).toEqual(["before", "sent"]);
});

it("crashes no server that a pooler would wait for", () => {
  const crashes = (useCase: string): string[] =>
    plan(useCase, [STATEMENT]).flatMap(({ trouble }) =>
      trouble.type === "postgres" ? [trouble.back] : [],
    );
  expect(crashes("delete")).toContain("late");
  expect(crashes("delete, pooler between")).toEqual(["at once"]);
});

it("plays every trouble on one kind of file, and all phases of kills where it plays but some", () => {
  const steps = Array.from({ length: 24 }, () => STATEMENT);
  const all = plan("delete", steps);
  const shared = KINDS.flatMap((kind) =>
    thinned(all, { useCase: "delete", kind, trouble: { type: "none" } }),
  );
  expect(new Set(shared)).toEqual(new Set(all));
  expect(shared).toHaveLength(all.length);

  const useCase = "migration up, down and up again";
  const some = thinned(plan(useCase, steps), { useCase, kind: "image", trouble: { type: "none" } });
  const phases = some.flatMap(({ trouble }) => (trouble.type === "kill" ? [trouble.phase] : []));
  expect(new Set(phases)).toEqual(new Set(["before", "sent", "after"]));
});
