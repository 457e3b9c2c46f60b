import { Expose } from "class-transformer";
import { IsInt, IsOptional, Matches, Min } from "class-validator";

import type { ObjectStoreErrorCode } from "../errors.js";
import { IsText } from "./rules.js";

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

/** A request to be sent just so, with the bytes as its body. */
export interface DirectRequest {
  url: string;
  /** The headers to send; `Content-Length` is added by HTTP clients, and is signed as well. */
  headers: Record<string, string>;
}

/** A part of a file that is sent in parts, in any order or at once, and again after a failure. */
export interface DirectPart extends DirectRequest {
  partNumber: number;
  /** Where the part begins in the file, in bytes. */
  offset: number;
  /** Bytes of the part. */
  byteSize: number;
}

/**
 * How a client sends a file straight to S3: by `put`, by `post`, or in `parts`. Then the application
 * completes it with `completeDirectUpload`.
 */
export class DirectUpload {
  /** Of the direct upload; the file has an id of its own. */
  @Expose() readonly id!: string;
  /** Bytes of the whole file, as announced. */
  @Expose() readonly byteSize!: number;
  /** When the requests have to have begun. */
  @Expose() readonly expiresAt!: Date;
  /** When it has to be completed; the sweep removes it then. */
  @Expose() readonly completeBefore!: Date;
  /** One PUT of the whole file, or null when it is to be sent in parts. */
  @Expose() readonly put!: DirectRequest | null;
  /**
   * A form (multipart/form-data): these fields in their order, then the file as `file`; or null when
   * it is to be sent in parts, or the server takes no forms (`postForms` of `S3Provider`).
   */
  @Expose() readonly post!: { url: string; fields: Record<string, string> } | null;
  /**
   * A PUT for each part that is to be sent, which is not all of them where an upload goes on, or null
   * when the file is to be sent in one piece.
   */
  @Expose() readonly parts!: DirectPart[] | null;
}

/** Where a direct upload stands. */
export class DirectUploadStatus {
  @Expose() readonly id!: string;
  /**
   * `open`: to be sent and completed. `completing`: somebody does. `completed`: it is the file
   * `fileId`. `refused`: what came is not acceptable, `refusal` says why. `expired`: it was not
   * completed in time, or cancelled.
   */
  @Expose() readonly status!: "open" | "completing" | "completed" | "refused" | "expired";
  /** The file that it became, or null. */
  @Expose() readonly fileId!: string | null;
  /** Why it was refused, or null. A `file_refused` has the application's code, of its FileRefusedError. */
  @Expose() readonly refusal!: {
    code: ObjectStoreErrorCode;
    applicationCode?: string;
    message: string;
  } | null;
  /** As announced. */
  @Expose() readonly filename!: string | null;
  /** As announced. */
  @Expose() readonly byteSize!: number;
  /** As announced, without parameters and in lower case; `application/octet-stream` for none. */
  @Expose() readonly contentType!: string;
  @Expose() readonly completeBefore!: Date;
  @Expose() readonly createdAt!: Date;
  /** For what is left to send, or null when that is nothing; there with `withRequests`. */
  @Expose() readonly requests?: DirectUpload | null;
}
