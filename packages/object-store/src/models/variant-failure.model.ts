import { BaseModel } from "@repo/database";
import { DataTypes, type InferAttributes, type InferCreationAttributes } from "sequelize";
import { AllowNull, Column, Table } from "sequelize-typescript";

/** Why a recipe could not be applied to a file. */
@Table({ underscored: true })
export class VariantFailureModel extends BaseModel<
  InferAttributes<VariantFailureModel>,
  InferCreationAttributes<VariantFailureModel>
> {
  @AllowNull
  @Column(DataTypes.UUID)
  declare imageId: string | null;

  @AllowNull
  @Column(DataTypes.UUID)
  declare audioId: string | null;

  @AllowNull(false)
  @Column(DataTypes.TEXT)
  declare recipe: string;

  @AllowNull(false)
  @Column(DataTypes.TEXT)
  declare digest: string;

  @AllowNull(false)
  @Column(DataTypes.SMALLINT)
  declare attempts: number;

  /** Of the last attempt, for people. */
  @AllowNull(false)
  @Column(DataTypes.TEXT)
  declare reason: string;
}
