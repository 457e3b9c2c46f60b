import { IsInt, IsOptional, Matches, Min } from "class-validator";

import { IsText } from "./is-text.js";

/** What the client announces; it is held to it. */
export class DirectUploadCreate {
  /** The name to offer at download, as in an upload through the application. */
  @IsOptional()
  @IsText(65_536)
  readonly filename?: string;

  /** Bytes of the file, exactly. */
  @IsInt()
  @Min(1)
  readonly byteSize!: number;

  /**
   * The type of the file by the client, such as a browser's `file.type`: one of the collection's kind
   * (RFC 9110: in any case, with or without parameters), or none, which is also what the empty string
   * and `application/octet-stream` say. The type of the file is decided by its content.
   */
  @IsOptional()
  @IsText(255)
  readonly contentType?: string;

  /** MD5 digest of the file in hexadecimal digits or base64: S3 itself refuses a PUT of other bytes. */
  @IsOptional()
  @Matches(/^(?:[0-9a-fA-F]{32}|[A-Za-z0-9+/]{22}==)$/, {
    message: "md5 must be 16 bytes in hexadecimal digits or base64",
  })
  readonly md5?: string;

  /** SHA-256 digest of the file in hexadecimal digits or base64, checked at completion. */
  @IsOptional()
  @Matches(/^(?:[0-9a-fA-F]{64}|[A-Za-z0-9+/]{43}=)$/, {
    message: "sha256 must be 32 bytes in hexadecimal digits or base64",
  })
  readonly sha256?: string;
}
