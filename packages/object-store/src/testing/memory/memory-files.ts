import type { MediaKind, Privacy } from "@repo/media-inspection";
import type { Transaction } from "sequelize";

import { OwnerNotFoundError } from "../../errors.js";
import type { EventPayload, EventType } from "../../models/event.model.js";
import type { MediaFileModel } from "../../models/media-file.model.js";
import type { MediaModels } from "../../models/media-models.js";
import type {
  ClaimedDirectUpload,
  Completion,
  Files,
  OverdueFiles,
  ReadingOptions,
  Replacement,
  TrashBatch,
  TrashOptions,
} from "../../repo/media-repo.js";
import type { Removal, RemovalOptions } from "../../repo/file-removal.js";
import type { Owner, OwnerId, Reader } from "../../owner-types.js";
import type { StatementOptions } from "../../repo/statements.js";
import type { PrivacyLevel } from "../../privacy.js";
import { tell } from "./memory-events.js";
import { isShared, removeGrantsOf } from "./memory-grants.js";
import { type OwnerCheck, toRemoval } from "./memory-journal.js";
import type { Values } from "./memory-rows.js";
import { fromNow, isOver, type MemoryTable, type MemoryTables } from "./memory-table.js";
import type { RecipeName } from "../../repo/variant-repo.js";
import { lacks, moveVariant, removeVariantsOf, variantRead } from "./memory-variants.js";

interface MemoryFilesOptions {
  isOwner: OwnerCheck;
  isSharing: boolean;
  /** Whether events are written. */
  tells: boolean;
}

/** The files of one kind in memory. */
export class MemoryFiles<K extends MediaKind> implements Files<K> {
  constructor(
    private readonly kind: K,
    private readonly table: MemoryTable<MediaModels[K]>,
    private readonly tables: MemoryTables,
    private readonly options: MemoryFilesOptions,
  ) {}

  async byId(id: string): Promise<MediaModels[K] | null> {
    await Promise.resolve();
    return this.table.first((row) => row.id === id);
  }

  async visibleById(
    id: string,
    reader: Reader,
    options: ReadingOptions,
  ): Promise<MediaModels[K] | null> {
    return (await this.visibleByIds([id], reader, options))[0] ?? null;
  }

  async visibleByIds(
    ids: readonly string[],
    reader: Reader,
    { transaction, variant }: ReadingOptions,
  ): Promise<MediaModels[K][]> {
    await Promise.resolve();
    const files = this.table
      .select((values) => ids.includes(values.id), transaction)
      .filter((row) => this.#isVisible(row, reader, transaction));
    if (variant === undefined) return files;
    for (const file of files) {
      file.variant = variantRead(this.tables, this.kind, file.id, variant, transaction);
    }
    return files;
  }

  async exists(id: string, reader: Reader, options: StatementOptions): Promise<boolean> {
    return (await this.visibleById(id, reader, options)) !== null;
  }

  async ownOrVisible(
    ids: readonly string[],
    owner: Owner,
    { transaction }: StatementOptions,
  ): Promise<MediaModels[K][]> {
    await Promise.resolve();
    return this.table
      .select((row) => ids.includes(row.id), transaction)
      .filter((row) => row.userId === owner || this.#isVisible(row, owner, transaction));
  }

  async listByUser(owner: OwnerId, after: string, limit: number): Promise<MediaModels[K][]> {
    await Promise.resolve();
    return this.table
      .select((row) => row["userId"] === owner && row.id > after)
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .slice(0, limit);
  }

  async lackingVariants(
    recipes: readonly RecipeName[],
    { after, limit, staleToo }: { after: string; limit: number; staleToo: boolean },
  ): Promise<MediaModels[K][]> {
    await Promise.resolve();
    return this.table
      .select(({ restorableUntil }) => restorableUntil === null)
      .filter((row) => row.id > after && lacks(this.tables, this.kind, row.id, recipes, staleToo))
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .slice(0, limit);
  }

  async withPrivacy(
    privacy: readonly PrivacyLevel[],
    { after, limit }: { after: string; limit: number },
  ): Promise<MediaModels[K][]> {
    await Promise.resolve();
    return this.table
      .select((row) => row.id > after && privacy.some((each) => each === row["privacy"]))
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .slice(0, limit);
  }

  async markStripped(
    { id, s3Key, privacy: before }: Pick<MediaFileModel, "id" | "s3Key" | "privacy">,
    privacy: Privacy,
  ): Promise<boolean> {
    const { rows } = this.table;
    await rows.unlocked([id]);
    const row = rows.find(id);
    if (row?.["s3Key"] !== s3Key || row["privacy"] !== before) return false;
    rows.change(row, { privacy });
    return true;
  }

  async replaceObject({
    id,
    s3Key,
    uploadId,
    leaseSeconds,
    unansweredSeconds,
    values,
  }: Replacement): Promise<MediaModels[K] | null> {
    const { rows } = this.table;
    const { journal } = this.tables;
    await rows.unlocked([id]);
    const [row, upload] = [rows.find(id), journal.rows.find(uploadId)];
    if (row?.["s3Key"] !== s3Key) return null;
    if (upload?.["purpose"] !== "upload" || isOver(upload["leaseExpiresAt"])) return null;
    const settledAt = row["unansweredUntil"] instanceof Date ? row["unansweredUntil"] : fromNow(0);
    const removal = toRemoval(fromNow(leaseSeconds), settledAt);
    // It holds the bytes that the file loses.
    const lost = Number(row["byteSize"]) - Number(values["byteSize"]);
    const reservedBytes = Number(upload["reservedBytes"]) + lost;
    journal.rows.change(upload, { ...removal, s3Key, reservedBytes, mayHaveParts: false });
    const unansweredUntil = unansweredSeconds > 0 ? fromNow(unansweredSeconds) : null;
    const changed = { ...values, s3Key: upload["s3Key"], unansweredUntil };
    this.#tell("file.updated", row, undefined, { changed: ["content"] });
    return this.table.toModel(rows.change(row, changed));
  }

  async update(
    id: string,
    owner: Owner,
    values: Readonly<Record<string, unknown>>,
    { transaction }: StatementOptions,
  ): Promise<MediaModels[K] | null> {
    const { rows } = this.table;
    await rows.unlocked([id], transaction);
    const row = rows.find(id, transaction);
    if (row?.["userId"] !== owner || row["restorableUntil"] !== null) return null;
    const attributes = this.table.columns;
    const changed = Object.keys(values).map((name) => attributes.get(name) ?? name);
    this.#tell("file.updated", row, transaction, { changed });
    return this.table.toModel(rows.change(row, values, transaction));
  }

  async byIdempotencyKey(
    { userId, idempotencyKey }: { userId: Owner; idempotencyKey: string },
    { transaction }: StatementOptions,
  ): Promise<MediaModels[K] | null> {
    await Promise.resolve();
    return this.table.first(
      (row) => row["userId"] === userId && row["idempotencyKey"] === idempotencyKey,
      transaction,
    );
  }

  async create(
    completion: Completion,
    { transaction }: StatementOptions,
  ): Promise<MediaModels[K] | null> {
    await this.tables.journal.rows.unlocked([completion.id], transaction);
    return this.#complete(completion, transaction);
  }

  async createFromDirectUpload(
    completion: Completion,
    { id, claim }: ClaimedDirectUpload,
    { transaction }: StatementOptions,
  ): Promise<MediaModels[K] | null> {
    const { journal, direct_upload: directUpload } = this.tables;
    await journal.rows.unlocked([completion.id], transaction);
    await directUpload.rows.unlocked([id], transaction);
    const direct = directUpload.rows.find(id, transaction);
    if (direct?.["claim"] !== claim || direct["status"] !== "pending") return null;
    const upload = journal.rows.find(completion.id, transaction);
    const row = this.#complete(completion, transaction);
    if (row === null) return null;
    // What the file does not take of what was reserved ends with the direct upload.
    const left = {
      reservedBytes:
        Number(direct["reservedBytes"]) + Number(upload?.["reservedBytes"]) - row.byteSize,
      reservedFiles: Number(direct["reservedFiles"]) - 1,
    };
    const done = { status: "deleting", fileId: row.id, claim: null, claimExpiresAt: null, ...left };
    directUpload.rows.change(direct, done, transaction);
    return row;
  }

  #complete(completion: Completion, transaction: Transaction | undefined): MediaModels[K] | null {
    const { id, userId, unansweredSeconds, values, variants = [] } = completion;
    if (userId !== null && !this.options.isOwner(userId)) throw new OwnerNotFoundError();
    const { journal } = this.tables;
    const upload = journal.rows.find(id, transaction);
    if (upload?.["purpose"] !== "upload" || isOver(upload["leaseExpiresAt"])) return null;
    const uploads = variants.map((variant) => journal.rows.find(variant.id, transaction));
    const isLive = (row: Values | undefined): boolean =>
      row?.["purpose"] === "upload" && !isOver(row["leaseExpiresAt"]);
    if (!uploads.every(isLive)) return null;
    this.#tell("file.ready", upload, transaction);
    variants.forEach((variant, at) => {
      this.#tell("variant.ready", { id, userId }, transaction, { recipe: variant.recipe });
      moveVariant(this.tables, this.kind, id, { ...variant, upload: uploads[at] }, transaction);
    });
    journal.rows.remove(id, transaction);
    const { s3Key, idempotencyKey, createdAt } = upload;
    const unansweredUntil = unansweredSeconds > 0 ? fromNow(unansweredSeconds) : null;
    const taken = { userId, s3Key, idempotencyKey, createdAt, unansweredUntil };
    return this.table.insert({ ...values, id, ...taken }, transaction);
  }

  async delete(
    ids: readonly string[],
    owner: Owner,
    { transaction, leaseSeconds, skipLocked = false, isErasure = false }: RemovalOptions,
  ): Promise<Removal<MediaModels[K]>> {
    const { rows } = this.table;
    if (!skipLocked) await rows.unlocked(ids, transaction);
    const removed = rows.select(
      (row) => ids.includes(row.id) && row["userId"] === owner && !rows.isHeld(row.id, transaction),
      transaction,
    );
    const lease = fromNow(leaseSeconds);
    for (const row of removed) {
      if (isErasure) this.#tell("file.erased", row, transaction);
      else if (row["restorableUntil"] === null) this.#tell("file.deleted", row, transaction);
    }
    return {
      removed: removed.map((row) => this.#remove(row, lease, transaction)),
      inUse: new Map(),
      failed: new Map(),
    };
  }

  async trash(
    ids: readonly string[],
    owner: Owner,
    { transaction, restorableFor }: TrashOptions,
  ): Promise<Removal<string>> {
    const { rows } = this.table;
    await rows.unlocked(ids, transaction);
    const trashed = rows.select(
      ({ id, userId, restorableUntil }) =>
        ids.includes(id) && userId === owner && !isOver(restorableUntil),
      transaction,
    );
    for (const row of trashed) {
      const { restorableUntil: before } = row;
      const until = before instanceof Date ? before : fromNow(restorableFor);
      if (before === null) {
        const payload = { restorableUntil: until.toISOString() };
        this.#tell("file.deleted", row, transaction, payload);
      }
      this.#move(row, { restorableUntil: until, idempotencyKey: null }, transaction);
    }
    return { removed: trashed.map(({ id }) => id), inUse: new Map(), failed: new Map() };
  }

  async restore(
    id: string,
    owner: Owner,
    { transaction }: StatementOptions,
  ): Promise<MediaModels[K] | null> {
    const { rows } = this.table;
    await rows.unlocked([id], transaction);
    const row = rows.find(id, transaction);
    const until = row?.["restorableUntil"];
    if (row?.["userId"] !== owner || !(until instanceof Date) || isOver(until)) return null;
    this.#tell("file.restored", row, transaction);
    return this.table.toModel(this.#move(row, { restorableUntil: null }, transaction));
  }

  async endTrash({ at, limit }: OverdueFiles): Promise<TrashBatch> {
    await Promise.resolve();
    const { rows } = this.table;
    const over = new Date(at);
    const overdue = rows
      .select((row) => isOver(row["restorableUntil"], over.getTime()) && !rows.isHeld(row.id))
      .slice(0, limit);
    for (const row of overdue) this.#remove(row, over);
    const last = overdue.at(-1);
    return { inUse: new Map(), last: last === undefined ? null : { time: at, id: last.id } };
  }

  #tell(
    type: EventType,
    { id: fileId, userId }: Values,
    transaction: Transaction | undefined,
    payload: EventPayload = {},
  ): void {
    if (!this.options.tells) return;
    tell(this.tables, { type, kind: this.kind, fileId, userId, payload }, transaction);
  }

  #isVisible(row: MediaModels[K], reader: Reader, transaction: Transaction | undefined): boolean {
    if (row.isVisibleTo(reader)) return true;
    if (!this.options.isSharing || row.restorableUntil !== null) return false;
    return isShared(this.tables, { kind: this.kind, fileId: row.id, reader }, transaction);
  }

  /** Into the trash or out of it, which is no change of the file. */
  #move(row: Values, to: object, transaction: Transaction | undefined): Values {
    return this.table.rows.change(row, { ...to, updatedAt: row["updatedAt"] }, transaction);
  }

  #remove(row: Values, leaseExpiresAt: Date, transaction?: Transaction): MediaModels[K] {
    const { id, userId, s3Key, byteSize, unansweredUntil } = row;
    this.table.rows.remove(id, transaction);
    removeGrantsOf(this.tables, this.kind, id, transaction);
    const time = { leaseExpiresAt, settledAt: unansweredUntil ?? fromNow(0) };
    const held = { reservedBytes: byteSize, reservedFiles: 1 };
    const removal = { id, kind: this.kind, userId, s3Key, mayHaveParts: false, purpose: "removal" };
    this.tables.journal.insert({ ...removal, ...held, ...time }, transaction);
    const file = this.table.toModel(row);
    file.variants = removeVariantsOf(this.tables, this.kind, id, leaseExpiresAt, transaction);
    return file;
  }
}
