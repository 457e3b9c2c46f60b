import {
  type CreationOptional,
  DataTypes,
  type InferAttributes,
  type InferCreationAttributes,
} from "sequelize";
import { AllowNull, Column, Table } from "sequelize-typescript";

import { MediaFileModel } from "./media-file.model.js";

/** An image. */
@Table({ underscored: true })
export class ImageModel extends MediaFileModel<
  InferAttributes<ImageModel>,
  InferCreationAttributes<ImageModel>
> {
  /** Pixels, as displayed. */
  @AllowNull(false)
  @Column(DataTypes.INTEGER)
  declare width: number;

  /** Pixels, as displayed. */
  @AllowNull(false)
  @Column(DataTypes.INTEGER)
  declare height: number;

  /** EXIF orientation, 1 to 8. */
  @AllowNull(false)
  @Column(DataTypes.SMALLINT)
  declare orientation: number;

  @AllowNull(false)
  @Column(DataTypes.INTEGER)
  declare pageCount: number;

  @AllowNull(false)
  @Column(DataTypes.BOOLEAN)
  declare hasAlpha: boolean;

  /** False for an image that was cut. */
  @AllowNull(false)
  @Column(DataTypes.BOOLEAN)
  declare complete: boolean;

  @AllowNull
  @Column(DataTypes.TEXT)
  declare altText: CreationOptional<string | null>;

  /** A ThumbHash, 25 bytes at most; null until the first variant is made. */
  @AllowNull
  @Column(DataTypes.BLOB)
  declare placeholder: CreationOptional<Buffer | null>;
}
