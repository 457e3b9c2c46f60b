import { BaseModel } from "@repo/database";
import { DataTypes, type InferAttributes, type InferCreationAttributes } from "sequelize";
import { AllowNull, Column, Table } from "sequelize-typescript";

import type { OwnerId } from "../owner-types.js";

/** Lets a user read a file of another. */
@Table({ underscored: true })
export class GrantModel extends BaseModel<
  InferAttributes<GrantModel>,
  InferCreationAttributes<GrantModel>
> {
  @AllowNull
  @Column(DataTypes.UUID)
  declare imageId: string | null;

  @AllowNull
  @Column(DataTypes.UUID)
  declare audioId: string | null;

  /** A user's id, or null for everyone who is signed in. In the database, the column has the type of owners' ids. */
  @AllowNull
  @Column(DataTypes.TEXT)
  declare grantee: OwnerId | null;

  /** When it ends; null for never. */
  @AllowNull
  @Column(DataTypes.DATE)
  declare expiresAt: Date | null;
}
