import { DataTypes, type InferAttributes, type InferCreationAttributes } from "sequelize";
import { AllowNull, Column, Table } from "sequelize-typescript";

import { StoredObjectModel } from "./stored-object.model.js";

/** A picture made of a file by a recipe: of an image, or of the cover of an audio file. */
@Table({ underscored: true })
export class VariantModel extends StoredObjectModel<
  InferAttributes<VariantModel>,
  InferCreationAttributes<VariantModel>
> {
  @AllowNull
  @Column(DataTypes.UUID)
  declare imageId: string | null;

  @AllowNull
  @Column(DataTypes.UUID)
  declare audioId: string | null;

  /** The name of the recipe. */
  @AllowNull(false)
  @Column(DataTypes.TEXT)
  declare recipe: string;

  /** Of the recipe as it was: one that changes has another digest. */
  @AllowNull(false)
  @Column(DataTypes.TEXT)
  declare digest: string;

  @AllowNull(false)
  @Column(DataTypes.TEXT)
  declare contentType: string;

  @AllowNull(false)
  @Column(DataTypes.INTEGER)
  declare byteSize: number;

  /** 32 bytes. */
  @AllowNull(false)
  @Column(DataTypes.BLOB)
  declare sha256: Buffer;

  /** Pixels. */
  @AllowNull(false)
  @Column(DataTypes.INTEGER)
  declare width: number;

  /** Pixels. */
  @AllowNull(false)
  @Column(DataTypes.INTEGER)
  declare height: number;

  @AllowNull(false)
  @Column(DataTypes.INTEGER)
  declare pageCount: number;

  /** Until when an unanswered request may still create the object again. */
  @AllowNull
  @Column(DataTypes.DATE)
  declare unansweredUntil: Date | null;
}
