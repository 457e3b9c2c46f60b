import { DataTypes } from "sequelize";
import { AllowNull, Column } from "sequelize-typescript";

import { StoredObjectModel } from "./stored-object.model.js";

/**
 * The columns that images and audio share. `byteSize` and `sha256` are null until the file is
 * ready; `leaseExpiresAt` is null once it is.
 */
export abstract class MediaFileModel<
  Attributes extends object = object,
  CreationAttributes extends object = Attributes,
> extends StoredObjectModel<Attributes, CreationAttributes> {
  @AllowNull
  @Column(DataTypes.TEXT)
  declare idempotencyKey: string | null;
}
