import { Expose } from "class-transformer";

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
  /** When the requests have to have begun. */
  @Expose() readonly expiresAt!: Date;
  /** When it has to be completed; the sweep removes it then. */
  @Expose() readonly completeBefore!: Date;
  /** One PUT of the whole file, or null when it is to be sent in parts. */
  @Expose() readonly put!: DirectRequest | null;
  /**
   * A form (multipart/form-data): these fields in their order, then the file as `file`; or null when
   * it is to be sent in parts.
   */
  @Expose() readonly post!: { url: string; fields: Record<string, string> } | null;
  /** A PUT for each part, or null when the file is to be sent in one piece. */
  @Expose() readonly parts!: DirectPart[] | null;
}
