import { DataTypes, type InferAttributes, type InferCreationAttributes } from "sequelize";
import { AllowNull, Column, Table } from "sequelize-typescript";

import { type MediaKind, TABLES } from "../kinds.js";
import { StoredObjectModel } from "./stored-object.model.js";

/**
 * A direct upload and its staged object. What is declared (name, type, size and digests) is what the
 * client said. It is `pending` until its lease, the end of the time to complete it, is over, and
 * `deleting` once it is completed, refused or expired: its URLs may bring bytes until then.
 */
@Table({ tableName: TABLES.direct_upload, underscored: true })
export class DirectUploadModel extends StoredObjectModel<
  InferAttributes<DirectUploadModel>,
  InferCreationAttributes<DirectUploadModel>
> {
  @AllowNull(false)
  @Column(DataTypes.TEXT)
  declare kind: MediaKind;

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
  @AllowNull
  @Column(DataTypes.BLOB)
  declare sha256: Buffer | null;

  @AllowNull(false)
  @Column(DataTypes.TEXT)
  declare status: "pending" | "deleting";

  /** The end of the time to complete it, on the database's clock; its URLs bring nothing after it. */
  @AllowNull(false)
  @Column(DataTypes.DATE)
  declare leaseExpiresAt: Date;

  /** 16 bytes. */
  @AllowNull
  @Column(DataTypes.BLOB)
  declare md5: Buffer | null;

  /** Bytes of each part but the last, or null for an upload in one piece. */
  @AllowNull
  @Column(DataTypes.INTEGER)
  declare partByteSize: number | null;

  /** What S3 calls the multipart upload. */
  @AllowNull
  @Column(DataTypes.TEXT)
  declare multipartId: string | null;

  /** Who is completing it. */
  @AllowNull
  @Column(DataTypes.UUID)
  declare claim: string | null;

  @AllowNull
  @Column(DataTypes.DATE)
  declare claimExpiresAt: Date | null;

  /** The file that it became. */
  @AllowNull
  @Column(DataTypes.UUID)
  declare fileId: string | null;

  /** The `code` of the error that refused it. */
  @AllowNull
  @Column(DataTypes.TEXT)
  declare refusalCode: string | null;

  @AllowNull
  @Column(DataTypes.TEXT)
  declare refusalMessage: string | null;
}
