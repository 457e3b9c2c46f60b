import { SERVED_KINDS, type ServedKind } from "../../kinds.js";
import type { Owner } from "../../owner-types.js";
import type { UsageCounts, UsageRow } from "../../repo/usage-repo.js";
import type { Values } from "./memory-rows.js";
import type { MemoryTables } from "./memory-table.js";

/** Counts files in memory. */
export class MemoryUsage implements UsageCounts {
  constructor(private readonly tables: MemoryTables) {}

  async totals(owner: Owner | undefined): Promise<UsageRow[]> {
    await Promise.resolve();
    return SERVED_KINDS.map((kind) => this.#count(kind, owner));
  }

  async largestOwners(owner: Owner | undefined, limit: number): Promise<UsageRow[]> {
    await Promise.resolve();
    const bytesOf = (rows: readonly UsageRow[]): number =>
      rows.reduce((sum, { bytes }) => sum + bytes, 0);
    return [...this.#owners()]
      .filter((name) => owner === undefined || name === owner)
      .map((name) => SERVED_KINDS.map((kind) => this.#count(kind, name)))
      .sort((a, b) => bytesOf(b) - bytesOf(a))
      .slice(0, limit)
      .flat();
  }

  #owners(): Set<Owner> {
    const unfinished = this.tables.journal.select(({ kind }) => kind !== "direct_upload");
    const files = SERVED_KINDS.flatMap((kind) => this.tables[kind].rows.select(() => true));
    return new Set([...files, ...unfinished].map((row) => row["userId"] as Owner));
  }

  /** @param owner everybody when undefined */
  #count(kind: ServedKind, owner: Owner | undefined): UsageRow {
    const isOwn = (row: Values): boolean => owner === undefined || row["userId"] === owner;
    const files = this.tables[kind].rows.select(isOwn);
    const bytes = files.reduce((sum, row) => sum + (row["byteSize"] as number), 0);
    const unfinished = this.tables.journal.rows.select(
      (row) => row["kind"] === kind && isOwn(row),
    ).length;
    return { kind, owner: owner ?? null, files: files.length, bytes, unfinished };
  }
}
