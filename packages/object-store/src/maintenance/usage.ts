import { checkInteger } from "../checks.js";
import { checkUserId } from "../owner-types.js";
import type { UsageRow } from "../repo/usage-repo.js";
import { bucketFacts } from "./bucket-facts.js";
import type { MaintenanceDependencies } from "./dependencies.js";
import type { OwnerUsage, Usage, UsageOptions, UsageReport } from "./contract.js";
import { throwIfAborted } from "../upload/abort.js";

export async function usage(
  dependencies: MaintenanceDependencies,
  options: UsageOptions,
): Promise<UsageReport> {
  const { signal } = options;
  const { owner: given } = options;
  const owner =
    given === undefined || given === null ? given : checkUserId(dependencies.ownerType, given);
  const limit = checkInteger("top", options.top ?? 20, 0, 10_000);

  const totals = await dependencies.usage.totals(owner);
  throwIfAborted(signal);
  const rows = limit === 0 ? [] : await dependencies.usage.largestOwners(owner, limit);
  throwIfAborted(signal);
  const owners = [...new Set(rows.map((row) => row.owner))];
  return {
    ...byKind(totals),
    owners: owners.map((name): OwnerUsage => ({
      owner: name,
      ...byKind(rows.filter((row) => row.owner === name)),
    })),
    ...(await bucketFacts(dependencies, signal)),
  };
}

function byKind(rows: readonly UsageRow[]): { images: Usage; audio: Usage; variants: Usage } {
  const of = (kind: UsageRow["kind"]): Usage => {
    const { files, bytes, unfinished } = rows.find((row) => row.kind === kind) ?? NOTHING;
    return { files, bytes, unfinished };
  };
  return { images: of("image"), audio: of("audio"), variants: of("variant") };
}

const NOTHING: Usage = { files: 0, bytes: 0, unfinished: 0 };
