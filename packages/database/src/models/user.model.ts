import type { InferAttributes, InferCreationAttributes } from "sequelize";
import { AllowNull, Column, DataType, Table } from "sequelize-typescript";

import { BaseModel } from "./base.model.js";

/** Who owns things. */
@Table({ tableName: "users", modelName: "User" })
export class User extends BaseModel<InferAttributes<User>, InferCreationAttributes<User>> {
  /**
   * Kept as it was written; two that differ in case only cannot both exist.
   * Not blank, and at most 254 characters (RFC 5321, section 4.5.3.1.3).
   */
  @AllowNull(false)
  @Column(DataType.TEXT)
  declare email: string;
}
