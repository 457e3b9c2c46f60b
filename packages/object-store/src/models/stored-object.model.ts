import { BaseModel } from "@repo/database";
import { DataTypes } from "sequelize";
import { AllowNull, Column, Unique } from "sequelize-typescript";

import type { Owner } from "../owner-types.js";

/** The columns of every row that has an object in the bucket. */
export abstract class StoredObjectModel<
  Attributes extends object = object,
  CreationAttributes extends object = Attributes,
> extends BaseModel<Attributes, CreationAttributes> {
  /** The owner, or null for the system. In the database, the column has the type of owners' ids. */
  @AllowNull
  @Column(DataTypes.TEXT)
  declare userId: Owner;

  @Unique
  @AllowNull(false)
  @Column(DataTypes.TEXT)
  declare s3Key: string;
}
