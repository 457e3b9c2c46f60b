import { IsInt, IsOptional, IsString, Matches, MaxLength, Min } from "class-validator";

/** What the client announces; it is held to it. */
export class DirectUploadCreate {
  /** The name to offer at download, as in an upload through the application. */
  @IsOptional()
  @IsString()
  @MaxLength(65_536)
  readonly filename?: string;

  /** Bytes of the file, exactly. */
  @IsInt()
  @Min(1)
  readonly byteSize!: number;

  /**
   * The Content-Type that the client will send, such as a browser's `file.type`. It has to be one of
   * the collection's kind; the type of the file is decided by its content.
   */
  @IsString()
  readonly contentType!: string;

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
