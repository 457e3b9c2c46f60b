import { BaseModel } from "@repo/database";
import { DataTypes, type InferAttributes, type InferCreationAttributes } from "sequelize";
import { AllowNull, Column, Table, Unique } from "sequelize-typescript";

/** What a row of the journal is about: a file of either kind, or a staged object. */
export type JournalKind = "image" | "audio" | "direct_upload";

/** An upload is to become a file; the object of a removal is to go, and then the row. */
export type JournalPurpose = "upload" | "removal";

/** One unfinished thing: a key that may have an object and belongs to no file. */
@Table({ tableName: "object_store_journal", underscored: true })
export class JournalModel extends BaseModel<
  InferAttributes<JournalModel>,
  InferCreationAttributes<JournalModel>
> {
  @AllowNull(false)
  @Column(DataTypes.TEXT)
  declare kind: JournalKind;

  /** The owner, or null for the system; a plain value, which holds nobody's row. */
  @AllowNull
  @Column(DataTypes.UUID)
  declare userId: string | null;

  @Unique
  @AllowNull(false)
  @Column(DataTypes.TEXT)
  declare s3Key: string;

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
