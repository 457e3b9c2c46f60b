import type { Trouble } from "../job.js";
import type { Entry } from "../journal.js";
import type { Call } from "./calls.js";
import type { Findings } from "./findings.js";

const STORAGE = ["storage_unavailable", "storage_error"];
const DATABASE = ["database_unavailable"];

/** The error codes that a trouble explains. */
const EXPLAINED: Record<Trouble["type"], readonly string[]> = {
  none: [],
  kill: [],
  postgres: DATABASE,
  s3: STORAGE,
  overtaken: ["upload_expired", "idempotency_conflict", "storage_error", "storage_unavailable"],
};

/** Whether the caller was told what the trouble explains, and nothing that contradicts itself. */
export function judgeJournal(
  trouble: Trouble,
  journal: readonly Entry[],
  calls: readonly Call[],
  findings: Findings,
): void {
  for (const { intent, code } of calls) {
    if (code === undefined || EXPLAINED[trouble.type].includes(code)) continue;
    findings.wrong.add(`${intent.do} failed with ${code}`);
  }
  for (const entry of journal) {
    if (entry.entry === "broken" && trouble.type !== "postgres") {
      findings.wrong.add(`the use case broke: ${entry.message}`);
    }
  }
  const byKey = new Map<string, Set<string>>();
  for (const { intent, id } of calls) {
    if (intent.do !== "upload" || intent.key === undefined || id === undefined) continue;
    byKey.set(intent.key, (byKey.get(intent.key) ?? new Set()).add(id));
  }
  for (const ids of byKey.values()) {
    if (ids.size > 1) findings.wrong.add(`one idempotency key gave ${ids.size} files`);
  }
}
