import { createHash } from "node:crypto";

import {
  type CallOptions,
  type CopyInput,
  type MultipartUpload,
  type ObjectFacts,
  type ObjectVersions,
  type PutInput,
  S3Error,
  type S3ErrorCode,
  S3NotFoundError,
  type S3Provider,
  S3StorageFullError,
  S3UnexpectedError,
  type UploadedPart,
  type Written,
} from "@repo/s3-provider";

import { ObjectStoreError, StorageError, StorageUnavailableError } from "../errors.js";
import { shortage } from "../machine-failure.js";
import { abortFailure } from "./abort.js";

/** What erasures and audits ask of a bucket that may have versioning. */
export type VersionsClient = Pick<ObjectVersions, keyof ObjectVersions>;

/**
 * What the module asks of S3: one bucket of an `S3Provider`, or anything that behaves like it. That
 * `put` refuses bytes which have another SHA-256 than it was given matters most. A storage that
 * never repeats a request may leave `unanswered` out, and one that keeps no versions `versions`.
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
  readonly versions?: VersionsClient;
  /** Whether `put` takes bytes only, so that longer bodies are sent in parts. Default false. */
  readonly needsParts?: boolean;
  put(input: PutInput): Promise<Partial<Written> & { etag: string }>;
  completeMultipartUpload(
    upload: MultipartUpload,
    parts: readonly UploadedPart[],
    options?: CallOptions,
  ): Promise<Partial<Written> & { etag: string | undefined }>;
  copy(input: CopyInput): Promise<(Partial<Written> & { etag?: string | undefined }) | undefined>;
}

/** The methods that no storage may leave out. */
export const STORAGE_METHODS = [
  "put",
  "createMultipartUpload",
  "uploadPart",
  "completeMultipartUpload",
  "abortMultipartUpload",
  "listMultipartUploads",
  "listParts",
  "get",
  "head",
  "list",
  "delete",
  "deleteMany",
  "copy",
  "presignGet",
  "presignPut",
  "presignPost",
  "presignPart",
] as const satisfies (keyof StorageClient)[];

/** Whether a call that made an object left an attempt unanswered, which may make it anew later. */
export function wentUnanswered(result: Partial<Written> | undefined): boolean {
  return result?.unanswered === true;
}

/** The facts of an object, or undefined when there is none. */
export async function findObject(
  s3: StorageClient,
  key: string,
  signal: AbortSignal | undefined,
): Promise<ObjectFacts | undefined> {
  try {
    return await s3.head(key, { signal });
  } catch (error) {
    if (error instanceof S3NotFoundError) return undefined;
    throw error;
  }
}

/** Reads an object for its SHA-256: 32 bytes. */
export async function sha256OfObject(
  s3: StorageClient,
  key: string,
  signal: AbortSignal | undefined,
): Promise<Buffer> {
  const hash = createHash("sha256");
  const { body } = await s3.get(key, { signal });
  for await (const chunk of body as AsyncIterable<Uint8Array>) hash.update(chunk);
  return hash.digest();
}

/** Maps an S3 failure to an ObjectStoreError; idempotent. */
export function storageFailure(
  action: string,
  error: unknown,
  signal?: AbortSignal,
): ObjectStoreError {
  if (error instanceof ObjectStoreError) return error;
  if (signal?.aborted === true) return abortFailure(signal);
  const missing = shortage(error);
  if (missing !== undefined) return missing;
  if (error instanceof S3Error && error.code === "s3_aborted") {
    return new StorageUnavailableError(`S3 could not ${action}: its client was destroyed.`, error);
  }
  if (error instanceof S3StorageFullError) {
    return new StorageError(`S3 refused to ${action}: it is full.`, { cause: error });
  }
  if (error instanceof S3UnexpectedError) {
    const message = `S3 could not ${action}: the answer was none of S3's.`;
    return new StorageUnavailableError(message, error);
  }
  if (error instanceof S3Error && (error.retryable || error.outcome === "unknown")) {
    return new StorageUnavailableError(
      `S3 could not ${action}: it cannot be reached or did not answer in time.`,
      error,
    );
  }
  const why = error instanceof S3Error ? REFUSALS.get(error.code) : undefined;
  return new StorageError(`S3 refused to ${action}${why ?? "."}`, { cause: error });
}

/** What whoever runs the store has to repair. */
const REFUSALS: ReadonlyMap<S3ErrorCode, string> = new Map([
  ["s3_access_denied", ": its credentials or its policy do not allow it."],
  ["s3_archived", ": the object is archived, and must be restored first."],
  ["s3_bucket_not_found", ": there is no such bucket."],
  ["s3_wrong_endpoint", ": the bucket is in another region, or at another endpoint."],
]);

/** Whether a failed upload may have made its object all the same, now or a little later. */
export function mayHaveStored(error: unknown): boolean {
  if (error instanceof ObjectStoreError) return false;
  return !(error instanceof S3Error) || error.outcome === "unknown";
}

/** A transfer that did not end well; only used inside the module. */
export class TransferFailure extends Error {
  /** Why: an error of the body's, or of S3's. */
  override readonly cause: unknown;
  /** Whether an object or parts of one may be on the server, now or a little later. */
  readonly mayHaveLeftBytes: boolean;

  constructor(cause: unknown, mayHaveLeftBytes: boolean) {
    super("the transfer failed");
    this.cause = cause;
    this.mayHaveLeftBytes = mayHaveLeftBytes;
  }
}
