import type { AudioTags, DurationSource } from "@repo/media-inspection";
import { DataTypes, type InferAttributes, type InferCreationAttributes } from "sequelize";
import { AllowNull, Column, Default, Table } from "sequelize-typescript";

import { MediaFileModel } from "./media-file.model.js";

/** An audio file. */
@Table({ underscored: true })
export class AudioModel extends MediaFileModel<
  InferAttributes<AudioModel>,
  InferCreationAttributes<AudioModel>
> {
  @AllowNull(false)
  @Column(DataTypes.DOUBLE)
  declare durationSeconds: number;

  @AllowNull(false)
  @Column(DataTypes.TEXT)
  declare durationSource: DurationSource;

  /** Bits per second. */
  @AllowNull(false)
  @Column(DataTypes.INTEGER)
  declare bitrate: number;

  /** Hertz. */
  @AllowNull(false)
  @Column(DataTypes.INTEGER)
  declare sampleRate: number;

  @AllowNull(false)
  @Column(DataTypes.SMALLINT)
  declare channels: number;

  @AllowNull(false)
  @Column(DataTypes.TEXT)
  declare codec: string;

  @AllowNull(false)
  @Column(DataTypes.BOOLEAN)
  declare lossless: boolean;

  @AllowNull(false)
  @Default({})
  @Column(DataTypes.JSONB)
  declare tags: AudioTags;

  @AllowNull
  @Column(DataTypes.TEXT)
  declare transcript: string | null;
}
