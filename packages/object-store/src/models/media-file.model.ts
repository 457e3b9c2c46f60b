import { DataTypes } from "sequelize";
import { AllowNull, Column } from "sequelize-typescript";

import { StoredObjectModel } from "./stored-object.model.js";

/** The columns that images and audio share. A row is a file; what is unfinished is in the journal. */
export abstract class MediaFileModel<
  Attributes extends object = object,
  CreationAttributes extends object = Attributes,
> extends StoredObjectModel<Attributes, CreationAttributes> {
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
