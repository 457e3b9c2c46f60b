import { BaseModel } from "@repo/database";
import { DataTypes } from "sequelize";
import { AllowNull, Column, Unique } from "sequelize-typescript";

/** The columns of every row that has an object in the bucket. */
export abstract class StoredObjectModel<
  Attributes extends object = object,
  CreationAttributes extends object = Attributes,
> extends BaseModel<Attributes, CreationAttributes> {
  /** The owner, or null for the system. */
  @AllowNull
  @Column(DataTypes.UUID)
  declare userId: string | null;

  @Unique
  @AllowNull(false)
  @Column(DataTypes.TEXT)
  declare s3Key: string;
}
