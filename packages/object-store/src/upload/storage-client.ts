import type {
  CallOptions,
  CopyInput,
  MultipartUpload,
  PutInput,
  S3Provider,
  UploadedPart,
  Written,
} from "@repo/s3-provider";

/**
 * What the module asks of S3: one bucket of an `S3Provider`, or anything that behaves like it. That
 * `put` refuses bytes which have another SHA-256 than it was given matters most. A storage that
 * never repeats a request may leave `unanswered` out.
 */
export interface StorageClient extends Pick<
  S3Provider,
  | "createMultipartUpload"
  | "uploadPart"
  | "abortMultipartUpload"
  | "listMultipartUploads"
  | "get"
  | "head"
  | "list"
  | "delete"
  | "deleteMany"
  | "listParts"
  | "presignGet"
  | "presignPut"
  | "presignPost"
  | "presignPart"
> {
  put(input: PutInput): Promise<Partial<Written> & { etag: string }>;
  completeMultipartUpload(
    upload: MultipartUpload,
    parts: readonly UploadedPart[],
    options?: CallOptions,
  ): Promise<Partial<Written> & { etag: string | undefined }>;
  copy(input: CopyInput): Promise<Partial<Written> | undefined>;
}

/** Whether a call that made an object left an attempt unanswered, which may make it anew later. */
export function wentUnanswered(result: Partial<Written> | undefined): boolean {
  return result?.unanswered === true;
}
