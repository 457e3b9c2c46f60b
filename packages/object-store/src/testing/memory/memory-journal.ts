import { v7 as uuidv7 } from "uuid";

import { OwnerNotFoundError, QuotaExceededError } from "../../errors.js";
import { MEDIA_KINDS } from "../../kinds.js";
import type { Owner, OwnerId } from "../../owner-types.js";
import type { Quota } from "../../quota/quota.js";
import type { Used } from "../../repo/counter-repo.js";
import type { JournalModel } from "../../models/journal.model.js";
import type {
  FilesOfOwner,
  Journal,
  KeyHolder,
  NewUpload,
  NewVariant,
  RemovalOfFile,
  VariantHolder,
} from "../../repo/journal-repo.js";
import { hasRoom } from "./memory-counters.js";
import type { Values } from "./memory-rows.js";
import { fromNow, isOver, type MemoryTables } from "./memory-table.js";

/** Whether a user exists. */
export type OwnerCheck = (userId: OwnerId) => boolean;

interface KeyOfOwner {
  userId: Owner;
  idempotencyKey: string;
}

function holds({ userId, idempotencyKey }: KeyOfOwner): (row: Values) => boolean {
  return (row) => row["userId"] === userId && row["idempotencyKey"] === idempotencyKey;
}

/** What changes in a row of the journal that becomes a removal. */
export function toRemoval(leaseExpiresAt: Date, settledAt: Date): object {
  const free = { idempotencyKey: null, variantClaim: null };
  return { purpose: "removal", ...free, leaseExpiresAt, settledAt };
}

/** The journal in memory. */
export class MemoryJournal implements Journal {
  constructor(
    private readonly tables: MemoryTables,
    private readonly isOwner: OwnerCheck,
  ) {}

  async open(upload: NewUpload): Promise<JournalModel> {
    await Promise.resolve();
    const { userId, reservation } = upload;
    const row = this.#insert(upload, null);
    if (reservation === undefined) return row;
    const { bytes, files, quota } = reservation;
    if (!hasRoom(this.tables, userId, reservation, quota)) {
      this.#rows.remove(row.id);
      throw new QuotaExceededError(quota);
    }
    return this.#hold(row, { bytes, files });
  }

  async reserve(id: string, held: Used, quota: Quota): Promise<boolean | null> {
    const row = await this.#unlockedUpload(id);
    if (row === undefined || isOver(row["leaseExpiresAt"])) return null;
    const upload = this.tables.journal.toModel(row);
    const more = {
      bytes: held.bytes - upload.reservedBytes,
      files: held.files - upload.reservedFiles,
    };
    if (!hasRoom(this.tables, upload.userId, more, quota)) return false;
    this.#hold(upload, held);
    return true;
  }

  async openKeyed(upload: NewUpload, idempotencyKey: string): Promise<JournalModel | null> {
    await Promise.resolve();
    const isHolder = holds({ userId: upload.userId, idempotencyKey });
    const holders = [...MEDIA_KINDS, "journal" as const].flatMap((table) =>
      this.tables[table].rows.select(isHolder),
    );
    return holders.length === 0 ? this.#insert(upload, idempotencyKey) : null;
  }

  async openVariant({ claim, ...variant }: NewVariant): Promise<JournalModel | null> {
    if ((await this.holderOfVariant(claim)) !== null) return null;
    return this.#insert({ ...variant, kind: "variant", isOwnerKnown: true }, null, claim);
  }

  async holderOfVariant(claim: string): Promise<VariantHolder | null> {
    await Promise.resolve();
    const row = this.tables.journal.first(({ variantClaim }) => variantClaim === claim);
    return row && { id: row.id, isOver: isOver(row.leaseExpiresAt) };
  }

  #insert(
    upload: NewUpload,
    idempotencyKey: string | null,
    variantClaim: string | null = null,
  ): JournalModel {
    const { kind, userId, keyStart, keyEnd, leaseSeconds, isOwnerKnown } = upload;
    if (userId !== null && !isOwnerKnown && !this.isOwner(userId)) throw new OwnerNotFoundError();
    const id = uuidv7();
    const time = { leaseExpiresAt: fromNow(leaseSeconds), settledAt: fromNow(0) };
    const s3Key = `${keyStart}${id}${keyEnd}`;
    const taken = { idempotencyKey, variantClaim };
    const row = { id, kind, userId, s3Key, purpose: "upload", ...taken, ...time };
    const nothing = { reservedBytes: 0, reservedFiles: 0 };
    return this.tables.journal.insert({ ...row, ...nothing, mayHaveParts: true });
  }

  #hold({ id }: JournalModel, { bytes, files }: Used): JournalModel {
    const held = { reservedBytes: bytes, reservedFiles: files };
    const row = this.#rows.find(id);
    if (row === undefined) throw new TypeError("the upload has no row");
    return this.tables.journal.toModel(this.#rows.change(row, held));
  }

  async byIdempotencyKey(key: KeyOfOwner): Promise<KeyHolder | null> {
    await Promise.resolve();
    const row = this.tables.journal.first(holds(key));
    return row && { row, isOver: isOver(row.leaseExpiresAt) };
  }

  async isLocked(id: string): Promise<boolean> {
    await Promise.resolve();
    return this.#rows.isHeld(id);
  }

  async renew(id: string, leaseSeconds: number): Promise<boolean> {
    const row = await this.#unlockedUpload(id);
    if (row === undefined || isOver(row["leaseExpiresAt"])) return false;
    this.#rows.change(row, { leaseExpiresAt: fromNow(leaseSeconds) });
    return true;
  }

  async drop(id: string): Promise<boolean> {
    const row = await this.#unlockedUpload(id);
    if (row !== undefined) this.#rows.remove(id);
    return row !== undefined;
  }

  async takeOver(id: string, settleSeconds: number): Promise<boolean> {
    await Promise.resolve();
    const row = this.#upload(id);
    if (row === undefined || !isOver(row["leaseExpiresAt"]) || this.#rows.isHeld(id)) return false;
    this.#toRemoval(row, 0, settleSeconds);
    return true;
  }

  async giveUp(
    ids: readonly string[],
    leaseSeconds: number,
    settleSeconds: number,
  ): Promise<JournalModel[]> {
    await Promise.resolve();
    return ids
      .filter((id) => !this.#rows.isHeld(id))
      .flatMap((id) => this.#upload(id) ?? [])
      .map((row) => this.#toRemoval(row, leaseSeconds, settleSeconds));
  }

  async claimRemovals(ids: readonly string[], leaseSeconds: number): Promise<JournalModel[]> {
    await Promise.resolve();
    return this.#rows
      .select((row) => row["purpose"] === "removal" && ids.includes(row.id))
      .map((row) => this.#rows.change(row, { leaseExpiresAt: fromNow(leaseSeconds) }))
      .map((row) => this.tables.journal.toModel(row));
  }

  async claimFiles(
    ids: readonly string[],
    leaseSeconds: number,
    { kind, userId }: FilesOfOwner,
  ): Promise<RemovalOfFile[]> {
    await Promise.resolve();
    const removals = this.#rows.select((row) => row["purpose"] === "removal");
    return removals
      .filter((row) => ids.includes(row.id) && row["kind"] === kind && row["userId"] === userId)
      .flatMap(({ id: fileId }) =>
        removals
          .filter(({ id, s3Key }) => id === fileId || String(s3Key).includes(`/${fileId}/`))
          .map((row) => this.#rows.change(row, { leaseExpiresAt: fromNow(leaseSeconds) }))
          .map((row) => this.tables.journal.toModel(row))
          .map(({ id, s3Key }) => ({ id, s3Key, fileId })),
      );
  }

  async forget(ids: readonly string[]): Promise<Set<string>> {
    await Promise.resolve();
    const settled = this.#rows.select(
      ({ id, purpose, settledAt }) =>
        ids.includes(id) && purpose === "removal" && isOver(settledAt),
    );
    for (const { id } of settled) this.#rows.remove(id);
    return new Set(settled.map(({ id }) => id));
  }

  get #rows() {
    return this.tables.journal.rows;
  }

  #upload(id: string): Values | undefined {
    return this.#rows.select((row) => row.id === id && row["purpose"] === "upload")[0];
  }

  async #unlockedUpload(id: string): Promise<Values | undefined> {
    await this.#rows.unlocked([id]);
    return this.#upload(id);
  }

  #toRemoval(row: Values, leaseSeconds: number, settleSeconds: number): JournalModel {
    const changes = toRemoval(fromNow(leaseSeconds), fromNow(settleSeconds));
    return this.tables.journal.toModel(this.#rows.change(row, changes));
  }
}
