import {
  type CreationOptional,
  DataTypes,
  type InferAttributes,
  type InferCreationAttributes,
} from "sequelize";
import { AllowNull, Column, Table } from "sequelize-typescript";

import type { StoredKind } from "../kinds.js";
import { StoredObjectModel } from "./stored-object.model.js";

/** An upload becomes a file; a removal is deleted after its object. */
export type JournalPurpose = "upload" | "removal";

/** One unfinished upload or removal: a key that may have an object and belongs to no file. */
@Table({ underscored: true })
export class JournalModel extends StoredObjectModel<
  InferAttributes<JournalModel>,
  InferCreationAttributes<JournalModel>
> {
  @AllowNull(false)
  @Column(DataTypes.TEXT)
  declare kind: StoredKind;

  @AllowNull(false)
  @Column(DataTypes.TEXT)
  declare purpose: JournalPurpose;

  /** When a sweep may take it over, by the database's clock. */
  @AllowNull(false)
  @Column(DataTypes.DATE)
  declare leaseExpiresAt: Date;

  /** When no request can create the object any more. A removal's row stays until then. */
  @AllowNull(false)
  @Column(DataTypes.DATE)
  declare settledAt: Date;

  /** Whether its key may have a multipart upload: false for what was a file, or staged whole. */
  @AllowNull(false)
  @Column(DataTypes.BOOLEAN)
  declare mayHaveParts: CreationOptional<boolean>;

  /** What ends with this row, of what the owner uses. */
  @AllowNull(false)
  @Column(DataTypes.INTEGER)
  declare reservedBytes: CreationOptional<number>;

  @AllowNull(false)
  @Column(DataTypes.INTEGER)
  declare reservedFiles: CreationOptional<number>;

  @AllowNull
  @Column(DataTypes.TEXT)
  declare idempotencyKey: string | null;

  /** Names the variant that an upload makes: one at a time in all processes. */
  @AllowNull
  @Column(DataTypes.TEXT)
  declare variantClaim: CreationOptional<string | null>;
}
