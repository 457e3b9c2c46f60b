import { inspect } from "node:util";

/** The stable code of each failure; what a caller switches on. */
export type S3ErrorCode =
  | "s3_not_found"
  | "s3_bucket_not_found"
  | "s3_access_denied"
  | "s3_storage_full"
  | "s3_archived"
  | "s3_wrong_endpoint"
  | "s3_precondition_failed"
  | "s3_invalid_range"
  | "s3_timeout"
  | "s3_unavailable"
  | "s3_throttled"
  | "s3_aborted"
  | "s3_length_mismatch"
  | "s3_invalid_request"
  | "s3_unexpected";

/**
 * What a failed call did to the bucket. `not_applied`: certainly nothing (reads always). `unknown`:
 * the server may have carried it out although no success was seen.
 */
export type S3Outcome = "not_applied" | "unknown";

/** The method of `S3Provider`, or of its `versions`, that failed; `configure` is its constructor. */
export type S3Operation =
  | "put"
  | "createMultipartUpload"
  | "uploadPart"
  | "completeMultipartUpload"
  | "abortMultipartUpload"
  | "listMultipartUploads"
  | "listParts"
  | "get"
  | "head"
  | "delete"
  | "deleteMany"
  | "list"
  | "copy"
  | "presignGet"
  | "presignPart"
  | "presignPost"
  | "presignPut"
  | "ensureBucket"
  | "versioning"
  | "objectLock"
  | "listVersions"
  | "deleteVersion"
  | "lockOfVersion"
  | "configure";

export interface S3ErrorDetails {
  operation: S3Operation;
  /** What went wrong, for people; must hold no secret and no signed URL. */
  reason: string;
  outcome: S3Outcome;
  retryable?: boolean;
  key?: string;
  statusCode?: number;
  requestId?: string;
  cause?: unknown;
}

/** Marks the errors of every copy of this package. */
const OF_PACKAGE = Symbol.for("@repo/s3-provider/error");

/**
 * The base of every failure of this package. `cause` is the error of the SDK or of Node, of which
 * `util.inspect` and `console` print the name alone: it may quote the key or a signed URL.
 */
export abstract class S3Error extends Error {
  /**
   * True for errors of another copy of this package as well, which it knows by their names.
   *
   * @hidden
   */
  static override [Symbol.hasInstance](value: unknown): boolean {
    if (super[Symbol.hasInstance](value)) return true;
    if (!(value as Record<symbol, unknown> | null | undefined)?.[OF_PACKAGE]) return false;
    return this === S3Error || this.name === (value as Error).name;
  }

  abstract readonly code: S3ErrorCode;
  readonly operation: S3Operation;
  readonly outcome: S3Outcome;
  /** Whether the same call, with a fresh body, may succeed later without any other change. */
  readonly retryable: boolean;
  /** The object key that the call was about, if it was about one. */
  declare readonly key: string | undefined;
  /** HTTP status of the answer, if there was one. */
  readonly statusCode: number | undefined;
  /** The server's id of the request (x-amz-request-id), for its operator. */
  readonly requestId: string | undefined;

  constructor(details: S3ErrorDetails) {
    const { operation, reason, cause } = details;
    super(`S3 ${operation} failed: ${reason}`, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.operation = operation;
    this.outcome = details.outcome;
    this.retryable = details.retryable ?? false;
    // Not enumerable, so that it is not printed.
    Object.defineProperty(this, "key", { value: details.key });
    this.statusCode = details.statusCode;
    this.requestId = details.requestId;
  }

  [inspect.custom](): string {
    const { code, outcome, retryable, statusCode, requestId, cause } = this;
    const name = cause instanceof Error ? cause.name : undefined;
    const facts = { code, outcome, retryable, statusCode, requestId, cause: name };
    return `${this.stack ?? this.message} ${inspect(facts)}`;
  }
}

Object.defineProperty(S3Error.prototype, OF_PACKAGE, { value: true });

/** The object or the multipart upload does not exist. HEAD answers cannot tell a missing bucket. */
export class S3NotFoundError extends S3Error {
  readonly code = "s3_not_found";
}

/** The bucket does not exist. */
export class S3BucketNotFoundError extends S3Error {
  readonly code = "s3_bucket_not_found";
}

/** Wrong, expired or unobtainable credentials, a bad signature, or a policy that forbids the call. */
export class S3AccessDeniedError extends S3Error {
  readonly code = "s3_access_denied";
}

/** The store, or the quota of the bucket or of its owner, is full. Somebody has to make room. */
export class S3StorageFullError extends S3Error {
  readonly code = "s3_storage_full";
}

/** The object is archived, such as in a Glacier storage class. It can be read once it is restored. */
export class S3ArchivedError extends S3Error {
  readonly code = "s3_archived";
}

/**
 * The server redirects the request (3xx): the region or the endpoint is that of another bucket. The
 * reason names the right one if the answer does. Retryable for the 307 of a new bucket of AWS, which
 * ends by itself.
 */
export class S3WrongEndpointError extends S3Error {
  readonly code = "s3_wrong_endpoint";
}

/** A condition (`ifNoneMatch`, `ifMatch`) did not hold; retryable when another write raced. */
export class S3PreconditionFailedError extends S3Error {
  readonly code = "s3_precondition_failed";
}

/** The range lies outside the object; any range does, of an empty one. */
export class S3InvalidRangeError extends S3Error {
  readonly code = "s3_invalid_range";
}

/** No connection within the connect timeout, or no byte in either direction within the request timeout. */
export class S3TimeoutError extends S3Error {
  readonly code = "s3_timeout";
}

/** Refused, reset or truncated connection, name resolution failure, or a 5xx answer. */
export class S3UnavailableError extends S3Error {
  readonly code = "s3_unavailable";
}

/** The server asked for fewer requests (503 SlowDown, 429). */
export class S3ThrottledError extends S3Error {
  readonly code = "s3_throttled";
}

/** The caller's signal fired, whose reason is the `cause`, or the provider was destroyed. */
export class S3AbortedError extends S3Error {
  readonly code = "s3_aborted";
}

/** The body has fewer or more bytes than `byteLength` announced; nothing was stored. */
export class S3LengthMismatchError extends S3Error {
  readonly code = "s3_length_mismatch";
}

/** The request is wrong and will stay so: another 4xx answer, or input that cannot be sent. */
export class S3InvalidRequestError extends S3Error {
  readonly code = "s3_invalid_request";
}

/** An answer that S3 does not give, or a failure that fits nothing else. */
export class S3UnexpectedError extends S3Error {
  readonly code = "s3_unexpected";
}
