import { BaseModel } from "@repo/database";
import { DataTypes } from "sequelize";
import { AllowNull, Column, Unique } from "sequelize-typescript";

export type MediaStatus = "pending" | "ready" | "deleting";

/** The columns of whatever has an object in the bucket: its row tells whose it is and what is left to do. */
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

  @AllowNull
  @Column(DataTypes.TEXT)
  declare originalFilename: string | null;

  @AllowNull(false)
  @Column(DataTypes.TEXT)
  declare contentType: string;

  @AllowNull
  @Column(DataTypes.INTEGER)
  declare byteSize: number | null;

  /** 32 bytes. */
  @AllowNull
  @Column(DataTypes.BLOB)
  declare sha256: Buffer | null;

  @AllowNull(false)
  @Column(DataTypes.TEXT)
  declare status: MediaStatus;

  /** When the sweeper may take over what is not ready, on the database's clock. */
  @AllowNull
  @Column(DataTypes.DATE)
  declare leaseExpiresAt: Date | null;
}
