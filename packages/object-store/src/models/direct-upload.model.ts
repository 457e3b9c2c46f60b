import type { MediaKind } from "@repo/media-inspection";
import {
  type CreationOptional,
  DataTypes,
  type InferAttributes,
  type InferCreationAttributes,
} from "sequelize";
import { AllowNull, Column, Table } from "sequelize-typescript";

import { StoredObjectModel } from "./stored-object.model.js";

/**
 * A direct upload and its staged object. Name, type, size and digests are as declared by the client. It
 * is `pending` while it can be completed, and `deleting` after it was completed, rejected or cancelled;
 * its URLs work until its lease is over in either state.
 */
@Table({ underscored: true })
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

  /** What ends with this row, of what the owner uses. */
  @AllowNull(false)
  @Column(DataTypes.INTEGER)
  declare reservedBytes: CreationOptional<number>;

  @AllowNull(false)
  @Column(DataTypes.INTEGER)
  declare reservedFiles: CreationOptional<number>;

  /** The end of the time to complete it, by the database's clock. Its URLs expire by then. */
  @AllowNull(false)
  @Column(DataTypes.DATE)
  declare leaseExpiresAt: Date;

  /** 16 bytes. */
  @AllowNull
  @Column(DataTypes.BLOB)
  declare md5: Buffer | null;

  /** Bytes of each part but the last; null for an upload with a single request. */
  @AllowNull
  @Column(DataTypes.INTEGER)
  declare partByteSize: number | null;

  /** The id that S3 gave the multipart upload. */
  @AllowNull
  @Column(DataTypes.TEXT)
  declare multipartId: string | null;

  /** The id of the completion in flight. */
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

  /** The `code` of the error that rejected it. */
  @AllowNull
  @Column(DataTypes.TEXT)
  declare refusalCode: string | null;

  @AllowNull
  @Column(DataTypes.TEXT)
  declare refusalMessage: string | null;
}
