import type { Call } from "./calls.js";
import type { Findings } from "./findings.js";
import { storedBy } from "./stored-by.js";

/** One idempotency key gives one file, and so does one direct upload. */
export function judgeKeys(calls: readonly Call[], findings: Findings): void {
  const byKey = new Map<string, Set<string>>();
  for (const { intent, id, fate } of calls) {
    const key = storedBy(intent)?.key;
    if (key === undefined || id === undefined || fate !== "applied") continue;
    byKey.set(key, (byKey.get(key) ?? new Set()).add(id));
  }
  for (const [key, ids] of byKey) {
    if (ids.size > 1) findings.wrong.add(`${key} gave ${ids.size} files`);
  }
}
