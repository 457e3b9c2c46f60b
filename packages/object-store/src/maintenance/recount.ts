import { checkUserId } from "../owner-types.js";
import { throwIfAborted } from "../upload/abort.js";
import type { RecountOptions, RecountReport } from "./contract.js";
import type { MaintenanceDependencies } from "./dependencies.js";

/** Owners that are counted in one statement. */
const BATCH = 100;

export async function recount(
  { counters, ownerType }: Pick<MaintenanceDependencies, "counters" | "ownerType">,
  { owner, signal, onFinding, onProgress }: RecountOptions,
): Promise<RecountReport> {
  const report: RecountReport = { owners: 0, corrected: 0 };
  let owners =
    owner === undefined ? await counters.owners(undefined, BATCH) : [checkUserId(ownerType, owner)];
  while (owners.length > 0) {
    throwIfAborted(signal);
    const findings = await counters.recount(owners);
    report.owners += owners.length;
    report.corrected += findings.length;
    for (const finding of findings) await onFinding?.(finding);
    onProgress?.({ ...report });
    owners = owner === undefined ? await counters.owners(owners.at(-1), BATCH) : [];
  }
  return report;
}
