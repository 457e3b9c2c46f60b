import type { MediaKind } from "@repo/media-inspection";
import type { Transaction } from "sequelize";

import type { VariantModel } from "../../models/variant.model.js";
import type {
  VariantCompletion,
  VariantOf,
  Variants,
  VariantState,
} from "../../repo/variant-repo.js";
import type { Values } from "./memory-rows.js";
import { fromNow, isOver, type MemoryTables } from "./memory-table.js";

const FILE_ID = { image: "imageId", audio: "audioId" } as const satisfies Record<MediaKind, string>;

/** The variants in memory. */
export class MemoryVariants implements Variants {
  constructor(private readonly tables: MemoryTables) {}

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
    const { journal, variant, variant_failure: failure } = this.tables;
    const files = this.tables[kind].rows;
    await journal.rows.unlocked([id]);
    await files.unlocked([fileId]);
    const file = files.find(fileId);
    const upload = journal.rows.find(id);
    const isHeld = upload?.["purpose"] === "upload" && !isOver(upload["leaseExpiresAt"]);
    if (file === undefined || !isHeld) return null;
    journal.rows.remove(id);
    const of = { kind, fileId, recipe: values.recipe, digest: values.digest };
    for (const row of failure.rows.select(isOf(of))) failure.rows.remove(row.id);
    if (kind === "image" && file["placeholder"] === null) files.change(file, { placeholder });
    const { userId, s3Key, createdAt } = upload;
    const unansweredUntil = unansweredSeconds > 0 ? fromNow(unansweredSeconds) : null;
    const taken = { [FILE_ID[kind]]: fileId, userId, s3Key, createdAt, unansweredUntil };
    return variant.insert({ ...values, id, ...taken });
  }

  async fail(of: VariantOf, reason: string): Promise<boolean> {
    const files = this.tables[of.kind].rows;
    await files.unlocked([of.fileId]);
    if (files.find(of.fileId) === undefined) return false;
    const { rows } = this.tables.variant_failure;
    const [row] = rows.select(isOf(of));
    const { kind, fileId, recipe, digest } = of;
    if (row === undefined) {
      const id = `${fileId}/${recipe}/${digest}`;
      const values = { [FILE_ID[kind]]: fileId, recipe, digest, attempts: 1, reason };
      this.tables.variant_failure.insert({ id, ...values });
    } else rows.change(row, { attempts: Number(row["attempts"]) + 1, reason });
    return true;
  }

  async remove(ids: readonly string[], leaseSeconds: number): Promise<VariantModel[]> {
    await Promise.resolve();
    return removed(this.tables, (row) => ids.includes(row.id), leaseSeconds);
  }
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
  leaseSeconds: number,
  transaction: Transaction | undefined,
): VariantModel[] {
  const { rows } = tables.variant_failure;
  for (const { id } of rows.select((row) => row[FILE_ID[kind]] === fileId, transaction)) {
    rows.remove(id, transaction);
  }
  return removed(tables, (row) => row[FILE_ID[kind]] === fileId, leaseSeconds, transaction);
}

function removed(
  { variant, journal }: MemoryTables,
  meets: (row: Values) => boolean,
  leaseSeconds: number,
  transaction?: Transaction,
): VariantModel[] {
  const gone = variant.select(meets, transaction);
  for (const { id, userId, s3Key, unansweredUntil } of gone) {
    variant.rows.remove(id, transaction);
    const time = {
      leaseExpiresAt: fromNow(leaseSeconds),
      settledAt: unansweredUntil ?? fromNow(0),
    };
    const row = { id, kind: "variant", userId, s3Key, mayHaveParts: false };
    journal.insert({ ...row, purpose: "removal", ...time }, transaction);
  }
  return gone;
}

function isOf({ kind, fileId, recipe, digest }: VariantOf): (row: Values) => boolean {
  return (row) =>
    row[FILE_ID[kind]] === fileId && row["recipe"] === recipe && row["digest"] === digest;
}
