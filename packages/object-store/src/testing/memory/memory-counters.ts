import { SERVED_KINDS } from "../../kinds.js";
import type { Owner, OwnerId } from "../../owner-types.js";
import type { Quota } from "../../quota/quota.js";
import type { Correction, Counters, Used } from "../../repo/counter-repo.js";
import type { Values } from "./memory-rows.js";
import type { MemoryTables } from "./memory-table.js";

/** What owners use, in memory: it is counted whenever it is asked for, so that there is no counter to correct. */
export class MemoryCounters implements Counters {
  constructor(private readonly tables: MemoryTables) {}

  async of(owner: OwnerId): Promise<Used> {
    await Promise.resolve();
    return usedBy(this.tables, owner);
  }

  async owners(after: OwnerId | undefined, limit: number): Promise<OwnerId[]> {
    await Promise.resolve();
    const names = [...SERVED_KINDS, "journal", "direct_upload"] as const;
    const rows = names.flatMap((name) => this.tables[name].rows.select(() => true));
    const owners = new Set(rows.map((row) => row["userId"] as Owner));
    return [...owners]
      .filter((owner) => owner !== null)
      .sort((a, b) => (a < b ? -1 : 1))
      .filter((owner) => after === undefined || owner > after)
      .slice(0, limit);
  }

  async recount(): Promise<Correction[]> {
    await Promise.resolve();
    return [];
  }

  end(): Promise<void> {
    return Promise.resolve();
  }
}

/** Whether an owner may use so much more. */
export function hasRoom(
  tables: MemoryTables,
  owner: Owner,
  more: Used,
  { bytes = Infinity, files = Infinity }: Quota,
): boolean {
  const used = usedBy(tables, owner);
  return used.bytes + more.bytes <= bytes && (more.files === 0 || used.files + more.files <= files);
}

function usedBy(tables: MemoryTables, owner: Owner): Used {
  const isOwn = (row: Values): boolean => row["userId"] === owner;
  const parts = [
    ...SERVED_KINDS.flatMap((kind) =>
      tables[kind]
        .select(isOwn)
        .map(({ byteSize }) => [byteSize, kind === "variant" ? 0 : 1] as const),
    ),
    ...[...tables.journal.select(isOwn), ...tables.direct_upload.select(isOwn)].map(
      ({ reservedBytes, reservedFiles }) => [reservedBytes, reservedFiles] as const,
    ),
  ];
  return {
    bytes: parts.reduce((sum, [bytes]) => sum + bytes, 0),
    files: parts.reduce((sum, [, files]) => sum + files, 0),
  };
}
