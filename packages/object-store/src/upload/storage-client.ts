import type { S3Provider } from "@repo/s3-provider";

/**
 * What the module asks of S3: one bucket of an `S3Provider`, or anything that behaves like it. That
 * `put` refuses bytes which have another SHA-256 than it was given matters most.
 */
export type StorageClient = Pick<
  S3Provider,
  | "put"
  | "createMultipartUpload"
  | "uploadPart"
  | "completeMultipartUpload"
  | "abortMultipartUpload"
  | "listMultipartUploads"
  | "get"
  | "head"
  | "list"
  | "copy"
  | "delete"
  | "deleteMany"
  | "listParts"
  | "presignGet"
  | "presignPut"
  | "presignPost"
  | "presignPart"
>;
