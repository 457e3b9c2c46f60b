import { DataTypes, type InferAttributes, type InferCreationAttributes } from "sequelize";
import { AllowNull, Column, Table } from "sequelize-typescript";

import { MediaFileModel } from "./media-file.model.js";

/** An image; its facts are null until it is ready. */
@Table({ tableName: "images", underscored: true })
export class ImageModel extends MediaFileModel<
  InferAttributes<ImageModel>,
  InferCreationAttributes<ImageModel>
> {
  /** Pixels, as displayed. */
  @AllowNull
  @Column(DataTypes.INTEGER)
  declare width: number | null;

  /** Pixels, as displayed. */
  @AllowNull
  @Column(DataTypes.INTEGER)
  declare height: number | null;

  /** EXIF orientation, 1 to 8. */
  @AllowNull
  @Column(DataTypes.SMALLINT)
  declare orientation: number | null;

  @AllowNull
  @Column(DataTypes.INTEGER)
  declare pageCount: number | null;

  @AllowNull
  @Column(DataTypes.BOOLEAN)
  declare hasAlpha: boolean | null;
}
