import type { Case } from "../cases/case.js";
import { useCaseNamed } from "../cases/use-cases.js";
import type { Trouble } from "../job.js";
import type { Call } from "./calls.js";
import type { Findings } from "./findings.js";

const STORAGE = ["storage_unavailable", "storage_error"];

/** The error codes that a trouble explains. */
const EXPLAINED: Record<Trouble["type"], readonly string[]> = {
  none: [],
  kill: [],
  // Whoever waits for a claim that could not be given back loses patience.
  postgres: [
    "database_unavailable",
    "migration_failed",
    "migration_history_unavailable",
    "migrator_connection_failed",
    "upload_aborted",
  ],
  s3: [...STORAGE, "send_failed"],
  overtaken: [
    ...STORAGE,
    "direct_upload_expired",
    "direct_upload_incomplete",
    "direct_upload_not_found",
    "idempotency_conflict",
    "send_failed",
    "upload_expired",
  ],
};

/** Whether calls fail with nothing but what their trouble explains, or what they are there to meet. */
export function judgeAnswers(
  { trouble, useCase }: Pick<Case, "trouble" | "useCase">,
  calls: readonly Call[],
  findings: Findings,
): void {
  const { meets = [] } = useCaseNamed(useCase);
  const explained = [...EXPLAINED[trouble.type], ...meets];
  for (const { intent, code, failures } of calls) {
    const codes = [code, ...failures.map((failure) => failure.code)];
    for (const each of codes) {
      if (each === undefined || explained.includes(each)) continue;
      findings.wrong.add(`${intent.do} failed with ${each}`);
    }
  }
}
