import { DataTypes, type InferAttributes, type InferCreationAttributes } from "sequelize";
import { AllowNull, Column, Default, Table } from "sequelize-typescript";

import type { AudioTags, DurationSource } from "../inspection/media-facts.js";
import { MediaFileModel } from "./media-file.model.js";

/** An audio file; its facts are null until it is ready. */
@Table({ tableName: "audio", underscored: true })
export class AudioModel extends MediaFileModel<
  InferAttributes<AudioModel>,
  InferCreationAttributes<AudioModel>
> {
  @AllowNull
  @Column(DataTypes.DOUBLE)
  declare durationSeconds: number | null;

  @AllowNull
  @Column(DataTypes.TEXT)
  declare durationSource: DurationSource | null;

  /** Bits per second. */
  @AllowNull
  @Column(DataTypes.INTEGER)
  declare bitrate: number | null;

  /** Hertz. */
  @AllowNull
  @Column(DataTypes.INTEGER)
  declare sampleRate: number | null;

  @AllowNull
  @Column(DataTypes.SMALLINT)
  declare channels: number | null;

  @AllowNull
  @Column(DataTypes.TEXT)
  declare codec: string | null;

  @AllowNull
  @Column(DataTypes.BOOLEAN)
  declare lossless: boolean | null;

  @AllowNull(false)
  @Default({})
  @Column(DataTypes.JSONB)
  declare tags: AudioTags;

  @AllowNull
  @Column(DataTypes.TEXT)
  declare transcript: string | null;
}
