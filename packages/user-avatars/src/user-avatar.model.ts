import { DataTypes, type InferAttributes, type InferCreationAttributes } from "sequelize";
import { AllowNull, Column, Model, PrimaryKey, Table } from "sequelize-typescript";

/** Which image is whose avatar. */
@Table({ tableName: "user_avatars", underscored: true, timestamps: false })
export class UserAvatar extends Model<
  InferAttributes<UserAvatar>,
  InferCreationAttributes<UserAvatar>
> {
  @PrimaryKey
  @Column(DataTypes.UUID)
  declare userId: string;

  /** Null for a user that has none any more. */
  @AllowNull
  @Column(DataTypes.UUID)
  declare imageId: string | null;
}
