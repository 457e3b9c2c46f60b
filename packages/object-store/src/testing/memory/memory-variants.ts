import type { MediaKind } from "@repo/media-inspection";
import type { Transaction } from "sequelize";

import type { VariantModel } from "../../models/variant.model.js";
import type { NewVariantRow } from "../../repo/media-repo.js";
import {
  type Failure,
  MAX_ATTEMPTS,
  type RecipeName,
  type VariantCompletion,
  type VariantOf,
  type Variants,
  type VariantState,
} from "../../repo/variant-repo.js";
import { tell } from "./memory-events.js";
import type { Values } from "./memory-rows.js";
import { fromNow, isOver, type MemoryTables } from "./memory-table.js";

const DAY_MS = 86_400_000;

export const FILE_ID = { image: "imageId", audio: "audioId" } as const satisfies Record<
  MediaKind,
  string
>;

/** The variants in memory. */
export class MemoryVariants implements Variants {
  constructor(
    private readonly tables: MemoryTables,
    /** Whether events are written. */
    private readonly tells: boolean,
  ) {}

  async state(of: VariantOf): Promise<VariantState | null> {
    await Promise.resolve();
    const { variant, variant_failure: failure } = this.tables;
    if (this.tables[of.kind].rows.find(of.fileId) === undefined) return null;
    return { variant: variant.first(isOf(of)), failure: failure.first(isOf(of)) };
  }

  async create({
    id,
    unansweredSeconds,
    placeholder,
    kind,
    fileId,
    ...values
  }: VariantCompletion): Promise<VariantModel | null> {
    const { journal, variant_failure: failure } = this.tables;
    const files = this.tables[kind].rows;
    await journal.rows.unlocked([id]);
    await files.unlocked([fileId]);
    const file = files.find(fileId);
    const upload = journal.rows.find(id);
    const isHeld = upload?.["purpose"] === "upload" && !isOver(upload["leaseExpiresAt"]);
    if (file === undefined || !isHeld) return null;
    const of = { kind, fileId, recipe: values.recipe, digest: values.digest };
    for (const row of failure.rows.select(isOf(of))) failure.rows.remove(row.id);
    if (kind === "image" && file["placeholder"] === null) files.change(file, { placeholder });
    if (this.tells) {
      const { userId } = file;
      const payload = { recipe: values.recipe };
      tell(this.tables, { type: "variant.ready", kind, fileId, userId, payload }, undefined);
    }
    const row = { ...values, id, unansweredSeconds, upload };
    return moveVariant(this.tables, kind, fileId, row, undefined);
  }

  async fail(of: VariantOf, { message: reason, isFinal }: Failure): Promise<boolean> {
    const files = this.tables[of.kind].rows;
    await files.unlocked([of.fileId]);
    if (files.find(of.fileId) === undefined) return false;
    const { rows } = this.tables.variant_failure;
    const [row] = rows.select(isOf(of));
    const { kind, fileId, recipe, digest } = of;
    const added = isFinal ? MAX_ATTEMPTS : 1;
    if (row === undefined) {
      const id = `${fileId}/${recipe}/${digest}`;
      const values = { [FILE_ID[kind]]: fileId, recipe, digest, attempts: added, reason };
      this.tables.variant_failure.insert({ id, ...values });
    } else rows.change(row, { attempts: Number(row["attempts"]) + added, reason });
    return true;
  }

  async removeSuperseded(
    current: readonly RecipeName[],
    leaseSeconds: number,
  ): Promise<VariantModel[]> {
    await Promise.resolve();
    const yesterday = Date.now() - DAY_MS;
    const { variant } = this.tables;
    const isSuperseded = (row: Values): boolean =>
      !current.some(({ name, digest }) => row["recipe"] === name && row["digest"] === digest) &&
      variant.rows.select(
        (newer) =>
          newer.id > row.id &&
          newer["recipe"] === row["recipe"] &&
          newer["imageId"] === row["imageId"] &&
          newer["audioId"] === row["audioId"] &&
          isOver(newer["updatedAt"], yesterday),
      ).length > 0;
    return removed(this.tables, isSuperseded, fromNow(leaseSeconds));
  }

  async removeOthers(names: readonly string[], leaseSeconds: number): Promise<VariantModel[]> {
    await Promise.resolve();
    return removed(
      this.tables,
      (row) => !names.includes(String(row["recipe"])),
      fromNow(leaseSeconds),
    );
  }

  async remove(ids: readonly string[], leaseSeconds: number): Promise<VariantModel[]> {
    await Promise.resolve();
    return removed(this.tables, (row) => ids.includes(row.id), fromNow(leaseSeconds));
  }
}

/** Whether a file lacks a variant that may be made. */
export function lacks(
  { variant, variant_failure: failure }: MemoryTables,
  kind: MediaKind,
  fileId: string,
  recipes: readonly RecipeName[],
  staleToo: boolean,
): boolean {
  return recipes.some(({ name: recipe, digest }) => {
    const has = isOf({ kind, fileId, recipe, digest });
    const isGood = (row: Values): boolean => has({ ...row, ...(!staleToo && { digest }) });
    const hasFailed = (row: Values): boolean => has(row) && Number(row["attempts"]) >= MAX_ATTEMPTS;
    return variant.first(isGood) === null && failure.first(hasFailed) === null;
  });
}

/** Moves a variant from the journal to the variants. */
export function moveVariant(
  { journal, variant }: MemoryTables,
  kind: MediaKind,
  fileId: string,
  { upload, unansweredSeconds, ...row }: NewVariantRow & { upload: Values | undefined },
  transaction: Transaction | undefined,
): VariantModel {
  const { userId, s3Key, createdAt }: Partial<Values> = upload ?? {};
  journal.rows.remove(row.id, transaction);
  const unansweredUntil = unansweredSeconds > 0 ? fromNow(unansweredSeconds) : null;
  const taken = { [FILE_ID[kind]]: fileId, userId, s3Key, createdAt, unansweredUntil };
  return variant.insert({ ...row, ...taken }, transaction);
}

/** The variant that is read with a file, as SQL selects it. */
export function variantRead(
  { variant }: MemoryTables,
  kind: MediaKind,
  fileId: string,
  { name, digest }: { name: string; digest: string },
  transaction: Transaction | undefined,
): VariantModel | null {
  const isAsked = (row: Values): boolean => row[FILE_ID[kind]] === fileId && row["recipe"] === name;
  const rank = (row: VariantModel): string => `${Number(row.digest === digest)}${row.id}`;
  const found = variant.select(isAsked, transaction);
  return found.sort((a, b) => (rank(a) > rank(b) ? -1 : 1))[0] ?? null;
}

/** Moves the variants of a deleted file to the journal. */
export function removeVariantsOf(
  tables: MemoryTables,
  kind: MediaKind,
  fileId: string,
  leaseExpiresAt: Date,
  transaction: Transaction | undefined,
): VariantModel[] {
  const { rows } = tables.variant_failure;
  for (const { id } of rows.select((row) => row[FILE_ID[kind]] === fileId, transaction)) {
    rows.remove(id, transaction);
  }
  return removed(tables, (row) => row[FILE_ID[kind]] === fileId, leaseExpiresAt, transaction);
}

function removed(
  { variant, journal }: MemoryTables,
  meets: (row: Values) => boolean,
  leaseExpiresAt: Date,
  transaction?: Transaction,
): VariantModel[] {
  const gone = variant.select(meets, transaction);
  for (const { id, userId, s3Key, byteSize, unansweredUntil } of gone) {
    variant.rows.remove(id, transaction);
    const time = { leaseExpiresAt, settledAt: unansweredUntil ?? fromNow(0) };
    const held = { reservedBytes: byteSize, reservedFiles: 0 };
    const row = { id, kind: "variant", userId, s3Key, mayHaveParts: false, ...held };
    journal.insert({ ...row, purpose: "removal", ...time }, transaction);
  }
  return gone;
}

function isOf({ kind, fileId, recipe, digest }: VariantOf): (row: Values) => boolean {
  return (row) =>
    row[FILE_ID[kind]] === fileId && row["recipe"] === recipe && row["digest"] === digest;
}
