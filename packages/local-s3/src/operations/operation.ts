import { type S3Request } from "../http/s3-request.js";
import { type S3Response } from "../http/s3-response.js";
import { type Payload } from "../payload/payload.js";
import { type Store } from "../storage/store.js";

/** The operations of this server, by the names that the S3 API reference gives them. */
export type OperationName =
  | "AbortMultipartUpload"
  | "CompleteMultipartUpload"
  | "CopyObject"
  | "CreateBucket"
  | "CreateMultipartUpload"
  | "DeleteBucket"
  | "DeleteBucketCors"
  | "DeleteBucketLifecycle"
  | "DeleteObject"
  | "DeleteObjects"
  | "GetBucketAcl"
  | "GetBucketCors"
  | "GetBucketEncryption"
  | "GetBucketLifecycleConfiguration"
  | "GetBucketLocation"
  | "GetBucketPolicy"
  | "GetBucketRequestPayment"
  | "GetBucketTagging"
  | "GetBucketVersioning"
  | "GetObject"
  | "GetObjectAcl"
  | "GetObjectLockConfiguration"
  | "GetObjectTagging"
  | "HeadBucket"
  | "HeadObject"
  | "ListBuckets"
  | "ListMultipartUploads"
  | "ListObjects"
  | "ListObjectsV2"
  | "ListParts"
  | "PostObject"
  | "PutBucketCors"
  | "PutBucketLifecycleConfiguration"
  | "PutObject"
  | "UploadPart"
  | "UploadPartCopy";

export interface OperationContext {
  readonly store: Store;
  /** Authenticated; headers that a presigned URL carries as parameters are among its headers. */
  readonly request: S3Request;
  readonly payload: Payload;
  readonly region: string;
  /** Keys that DeleteObjects shall report as failed, for fault injection. */
  readonly failingKeys: ReadonlySet<string>;
}

export interface Operation {
  readonly name: OperationName;
  readonly method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  readonly target: "service" | "bucket" | "object";
  /** Query parameters that must be there for this operation: `name`, or `name=value`. */
  readonly selectors?: readonly string[];
  /** Header that must be there (or, on other operations of the same kind, must not). */
  readonly header?: string;
  /** Further query parameters that it understands. */
  readonly parameters?: readonly string[];
  /** The `x-amz-*` and conditional headers that it understands, as `refuseUnknownHeaders` has them. */
  readonly headers?: readonly string[];
  /** True when `run` reads the payload; otherwise a body is verified and discarded first. */
  readonly readsBody?: boolean;
  /** True when `x-amz-checksum-*` is about the request's body; its headers are understood then. */
  readonly bodyChecksum?: boolean;
  run(context: OperationContext): Promise<S3Response>;
}
