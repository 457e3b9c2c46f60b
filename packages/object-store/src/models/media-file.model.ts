import type { RemovedKind } from "@repo/media-inspection";
import { type CreationOptional, DataTypes, type NonAttribute } from "sequelize";
import { AllowNull, Column, Default } from "sequelize-typescript";

import type { FileMetadata } from "../file-metadata.js";
import { downloadName } from "../filename.js";
import { EVERY_OWNER, type Reader } from "../owner-types.js";
import type { PrivacyLevel } from "../privacy.js";
import { StoredObjectModel } from "./stored-object.model.js";
import type { VariantModel } from "./variant.model.js";

/** The columns that all kinds of files share. Every row is a complete file. */
export abstract class MediaFileModel<
  Attributes extends object = object,
  CreationAttributes extends object = Attributes,
> extends StoredObjectModel<Attributes, CreationAttributes> {
  @AllowNull
  @Column(DataTypes.TEXT)
  declare originalFilename: string | null;

  @AllowNull
  @Column(DataTypes.TEXT)
  declare title: CreationOptional<string | null>;

  @AllowNull(false)
  @Default({})
  @Column(DataTypes.JSONB)
  declare metadata: CreationOptional<FileMetadata>;

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

  /** The level of privacy that it was stored with. */
  @AllowNull(false)
  @Column(DataTypes.TEXT)
  declare privacy: PrivacyLevel;

  /** Names of what was left out. */
  @AllowNull(false)
  @Column(DataTypes.ARRAY(DataTypes.TEXT))
  declare removed: RemovedKind[];

  @AllowNull
  @Column(DataTypes.TEXT)
  declare idempotencyKey: string | null;

  /** Until when an unanswered request of the upload may still create the object again. */
  @AllowNull
  @Column(DataTypes.DATE)
  declare unansweredUntil: Date | null;

  /** Until when a file in the trash can be restored; null for one that is not there. */
  @AllowNull
  @Column(DataTypes.DATE)
  declare restorableUntil: CreationOptional<Date | null>;

  /** The variant that was read with the file, or null where there is none; undefined where none was asked for. */
  declare variant?: NonAttribute<VariantModel | null>;

  /** The variants that were deleted with the file. */
  declare variants?: NonAttribute<VariantModel[]>;

  /** The name to offer at download. */
  get downloadName(): NonAttribute<string> {
    return downloadName(this);
  }

  /**
   * Whether a reader may see the file, which none does in the trash: an owner its own and system-wide ones,
   * the application all.
   */
  isVisibleTo(reader: Reader): boolean {
    if (this.restorableUntil !== null) return false;
    return reader === EVERY_OWNER || this.userId === null || this.userId === reader;
  }
}
