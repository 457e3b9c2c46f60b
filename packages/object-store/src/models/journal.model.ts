import { DataTypes, type InferAttributes, type InferCreationAttributes } from "sequelize";
import { AllowNull, Column, Table } from "sequelize-typescript";

import { type StoredKind, TABLES } from "../kinds.js";
import { StoredObjectModel } from "./stored-object.model.js";

/** An upload is to become a file; the object of a removal is to go, and then the row. */
export type JournalPurpose = "upload" | "removal";

/** One unfinished thing: a key that may have an object and belongs to no file. */
@Table({ tableName: TABLES.journal, underscored: true })
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

  /** When a sweep may take it over, on the database's clock. */
  @AllowNull(false)
  @Column(DataTypes.DATE)
  declare leaseExpiresAt: Date;

  /** From when on no request can make the object any more: a removal's row stays until then. */
  @AllowNull(false)
  @Column(DataTypes.DATE)
  declare settledAt: Date;

  @AllowNull
  @Column(DataTypes.TEXT)
  declare idempotencyKey: string | null;
}
