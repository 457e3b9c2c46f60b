import type { MediaKind } from "@repo/media-inspection";
import type { Transaction } from "sequelize";
import { v7 as uuidv7 } from "uuid";

import { OwnerNotFoundError } from "../../errors.js";
import type { GrantModel } from "../../models/grant.model.js";
import { EVERY_OWNER, type OwnerId, type Reader } from "../../owner-types.js";
import { type GrantOf, type Grants, MAX_GRANTS, type SharedFile } from "../../repo/grant-repo.js";
import type { StatementOptions } from "../../repo/statements.js";
import type { OwnerCheck } from "./memory-journal.js";
import type { Values } from "./memory-rows.js";
import { isOver, type MemoryTables } from "./memory-table.js";
import { FILE_ID } from "./memory-variants.js";

/** Who may read the files of others, in memory. */
export class MemoryGrants implements Grants {
  constructor(
    private readonly tables: MemoryTables,
    private readonly isOwner: OwnerCheck,
  ) {}

  async share(
    of: GrantOf,
    expiresAt: Date | null,
    { transaction }: StatementOptions,
  ): Promise<GrantModel | "full" | null> {
    if (!(await this.#lock(of, transaction))) return null;
    const { kind, fileId, grantee } = of;
    if (grantee !== null && !this.isOwner(grantee)) throw new OwnerNotFoundError();
    const { grant } = this.tables;
    const grants = grant.rows.select(isOf(kind, fileId), transaction);
    const others = grants.filter((row) => row["grantee"] !== grantee && isLive(row));
    if (others.length >= MAX_GRANTS) return "full";
    const before = grants.find((row) => row["grantee"] === grantee);
    if (before !== undefined) {
      return grant.toModel(grant.rows.change(before, { expiresAt }, transaction));
    }
    return grant.insert({ id: uuidv7(), [FILE_ID[kind]]: fileId, grantee, expiresAt }, transaction);
  }

  async unshare(of: GrantOf, { transaction }: StatementOptions): Promise<boolean> {
    if (!(await this.#lock(of, transaction))) return false;
    const { rows } = this.tables.grant;
    const isAsked = isOf(of.kind, of.fileId);
    for (const row of rows.select(isAsked, transaction)) {
      if (row["grantee"] === of.grantee) rows.remove(row.id, transaction);
    }
    return true;
  }

  async page(
    of: SharedFile,
    { after, limit }: { after: string; limit: number },
    { transaction }: StatementOptions,
  ): Promise<GrantModel[] | null> {
    await Promise.resolve();
    if (this.#find(of, transaction) === undefined) return null;
    const isAsked = isOf(of.kind, of.fileId);
    return this.tables.grant
      .select((row) => isAsked(row) && isLive(row) && row.id > after, transaction)
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .slice(0, limit);
  }

  async endExpired({ at, limit }: { at: string; limit: number }): Promise<number> {
    await Promise.resolve();
    return this.#end((row) => isOver(row["expiresAt"], Date.parse(at)), limit);
  }

  async endOfUser(userId: OwnerId, limit: number): Promise<number> {
    await Promise.resolve();
    return this.#end((row) => row["grantee"] === userId, limit);
  }

  #end(meets: (row: Values) => boolean, limit: number): number {
    const { rows } = this.tables.grant;
    const ended = rows.select((row) => meets(row) && !rows.isHeld(row.id)).slice(0, limit);
    for (const { id } of ended) rows.remove(id);
    return ended.length;
  }

  #find({ kind, fileId, owner }: SharedFile, transaction?: Transaction): Values | undefined {
    const row = this.tables[kind].rows.find(fileId, transaction);
    return row?.["userId"] === owner && row["restorableUntil"] === null ? row : undefined;
  }

  /** Holds the owner's file until the transaction ends. False when the owner has no such file. */
  async #lock(of: SharedFile, transaction: Transaction | undefined): Promise<boolean> {
    const { rows } = this.tables[of.kind];
    await rows.unlocked([of.fileId], transaction);
    const row = this.#find(of, transaction);
    if (row === undefined) return false;
    if (transaction) rows.change(row, { updatedAt: row["updatedAt"] }, transaction);
    return true;
  }
}

/** Whether a file is shared with the reader. */
export function isShared(
  { grant }: MemoryTables,
  { kind, fileId, reader }: { kind: MediaKind; fileId: string; reader: Reader },
  transaction: Transaction | undefined,
): boolean {
  if (reader === null || reader === EVERY_OWNER) return false;
  const isAsked = isOf(kind, fileId);
  const isTo = ({ grantee }: Values): boolean => grantee === null || grantee === reader;
  return grant.first((row) => isAsked(row) && isTo(row) && isLive(row), transaction) !== null;
}

/** Removes the grants of a deleted file. */
export function removeGrantsOf(
  { grant: { rows } }: MemoryTables,
  kind: MediaKind,
  fileId: string,
  transaction: Transaction | undefined,
): void {
  for (const { id } of rows.select(isOf(kind, fileId), transaction)) rows.remove(id, transaction);
}

function isOf(kind: MediaKind, fileId: string): (row: Values) => boolean {
  return (row) => row[FILE_ID[kind]] === fileId;
}

function isLive(row: Values): boolean {
  return !isOver(row["expiresAt"]);
}
