import { BaseModel } from "@repo/database";
import { DataTypes } from "sequelize";
import { AllowNull, Column, Unique } from "sequelize-typescript";

/** The columns that images and audio share. A row is a file; what is unfinished is in the journal. */
export abstract class MediaFileModel<
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

  @AllowNull(false)
  @Column(DataTypes.INTEGER)
  declare byteSize: number;

  /** 32 bytes. */
  @AllowNull(false)
  @Column(DataTypes.BLOB)
  declare sha256: Buffer;

  @AllowNull
  @Column(DataTypes.TEXT)
  declare idempotencyKey: string | null;

  /** Until when a request of the upload that nobody answered may still make the object anew. */
  @AllowNull
  @Column(DataTypes.DATE)
  declare unansweredUntil: Date | null;
}
