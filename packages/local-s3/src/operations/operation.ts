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
  | "GetBucketCors"
  | "GetBucketLifecycleConfiguration"
  | "GetBucketLocation"
  | "GetObject"
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
  /** True when `run` reads the payload; otherwise a body is verified and discarded first. */
  readonly readsBody?: boolean;
  /** False when `x-amz-checksum-*` is not about the request's body. */
  readonly checksumIsOfBody?: boolean;
  run(context: OperationContext): Promise<S3Response>;
}
