import {
  S3AbortedError,
  S3AccessDeniedError,
  S3ArchivedError,
  S3BucketNotFoundError,
  S3Error,
  type S3ErrorDetails,
  S3InvalidRangeError,
  S3InvalidRequestError,
  S3LengthMismatchError,
  S3NotFoundError,
  type S3Operation,
  type S3Outcome,
  S3PreconditionFailedError,
  S3StorageFullError,
  S3ThrottledError,
  S3TimeoutError,
  S3UnavailableError,
  S3UnexpectedError,
  S3WrongEndpointError,
} from "./errors.js";
import { readSdkError, type SdkErrorFacts } from "./sdk-error-facts.js";

type S3ErrorClass = new (details: S3ErrorDetails) => S3Error;

/** The call that an error ended, as far as the error cannot tell itself. */
export interface FailedCall {
  operation: S3Operation;
  outcome: S3Outcome;
  /** Whether a request left this process at all. */
  sent: boolean;
  key?: string | undefined;
  signal?: AbortSignal | undefined;
}

/** Codes that mean more than their HTTP status; see the S3 API reference, "Error responses". */
const BY_S3_CODE = new Map<string, S3ErrorClass>([
  ["NoSuchBucket", S3BucketNotFoundError],
  ["NoSuchKey", S3NotFoundError],
  ["NoSuchUpload", S3NotFoundError],
  ["SlowDown", S3ThrottledError],
  ["Throttling", S3ThrottledError],
  ["ThrottlingException", S3ThrottledError],
  ["RequestLimitExceeded", S3ThrottledError],
  ["TooManyRequests", S3ThrottledError],
  ["RequestTimeout", S3TimeoutError],
  ["IncompleteBody", S3LengthMismatchError],
  ["ExpiredToken", S3AccessDeniedError],
  ["ExpiredTokenException", S3AccessDeniedError],
  ["InvalidToken", S3AccessDeniedError],
  ["TokenRefreshRequired", S3AccessDeniedError],
  ["AuthorizationHeaderMalformed", S3AccessDeniedError],
  ["AuthorizationQueryParametersError", S3AccessDeniedError],
  ["AccessDenied", S3AccessDeniedError],
  // Of Ceph and others; of MinIO, for a bucket and for its disks.
  ["QuotaExceeded", S3StorageFullError],
  ["XMinioAdminBucketQuotaExceeded", S3StorageFullError],
  ["XMinioStorageFull", S3StorageFullError],
  ["InvalidObjectState", S3ArchivedError],
  ["PermanentRedirect", S3WrongEndpointError],
  ["TemporaryRedirect", S3WrongEndpointError],
  ["ConditionalRequestConflict", S3PreconditionFailedError],
  ["InternalError", S3UnavailableError],
  ["ServiceUnavailable", S3UnavailableError],
]);

const BY_STATUS = new Map<number, S3ErrorClass>([
  [301, S3WrongEndpointError],
  [302, S3WrongEndpointError],
  [303, S3WrongEndpointError],
  [307, S3WrongEndpointError],
  [308, S3WrongEndpointError],
  [401, S3AccessDeniedError],
  [403, S3AccessDeniedError],
  [404, S3NotFoundError],
  [408, S3TimeoutError],
  [412, S3PreconditionFailedError],
  [416, S3InvalidRangeError],
  [429, S3ThrottledError],
  [501, S3InvalidRequestError],
  [507, S3StorageFullError],
]);

const RETRYABLE_CLASSES = new Set<S3ErrorClass>([
  S3ThrottledError,
  S3TimeoutError,
  S3UnavailableError,
]);
const RETRYABLE_CODES = new Set([
  "ConditionalRequestConflict",
  "OperationAborted",
  "TemporaryRedirect",
]);

const CONNECTION_LOST = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENETDOWN",
]);

/** The one place where failures of the SDK and of Node become errors of this package. */
export function toS3Error(error: unknown, call: FailedCall): S3Error {
  if (error instanceof S3Error) return error;
  const facts = readSdkError(error);
  const details = {
    operation: call.operation,
    outcome: call.outcome,
    ...(call.key !== undefined && { key: call.key }),
    ...(facts.statusCode !== undefined && { statusCode: facts.statusCode }),
    ...(facts.requestId !== undefined && { requestId: facts.requestId }),
  };
  if (call.signal?.aborted === true && facts.statusCode === undefined) {
    const cause: unknown = call.signal.reason;
    return new S3AbortedError({ ...details, reason: "aborted", cause });
  }
  const ErrorClass = classify(facts, call.sent);
  return new ErrorClass({
    ...details,
    reason: reasonOf(facts),
    retryable: RETRYABLE_CLASSES.has(ErrorClass) || RETRYABLE_CODES.has(facts.name),
    cause: error,
  });
}

/** The error for one entry of a DeleteObjects answer, which has a code but no status of its own. */
export function deleteEntryToS3Error(entry: {
  key: string;
  code: string | undefined;
  message: string | undefined;
}): S3Error {
  const code = entry.code ?? "no code";
  const ErrorClass = BY_S3_CODE.get(code) ?? S3InvalidRequestError;
  const retryable = RETRYABLE_CLASSES.has(ErrorClass);
  return new ErrorClass({
    operation: "deleteMany",
    key: entry.key,
    outcome: retryable ? "unknown" : "not_applied",
    reason: nameOf(code),
    retryable,
    cause: entry,
  });
}

function classify(facts: SdkErrorFacts, sent: boolean): S3ErrorClass {
  const { name, statusCode, systemCode } = facts;
  if (statusCode !== undefined) {
    const known = BY_S3_CODE.get(name) ?? BY_STATUS.get(statusCode);
    if (known !== undefined) return known;
    if (statusCode >= 500) return S3UnavailableError;
    return statusCode >= 300 ? S3InvalidRequestError : S3UnexpectedError;
  }
  // Before the name: the SDK calls every lost connection a "TimeoutError".
  if (systemCode !== undefined && CONNECTION_LOST.has(systemCode)) return S3UnavailableError;
  if (name === "TimeoutError" || systemCode === "ETIMEDOUT") return S3TimeoutError;
  if (name === "CredentialsProviderError") return S3AccessDeniedError;
  return sent ? S3UnexpectedError : S3InvalidRequestError;
}

/**
 * An answer is named by code and status only: its text may quote what was signed. Where it says that
 * the bucket is elsewhere, that is no secret.
 */
function reasonOf({ name, message, statusCode, systemCode, bucketIsAt }: SdkErrorFacts): string {
  if (statusCode !== undefined) {
    const elsewhere = bucketIsAt === undefined ? "" : `; the bucket is at ${bucketIsAt}`;
    return `${nameOf(name)} (status ${statusCode})${elsewhere}`;
  }
  return message || systemCode || name || "unknown failure";
}

/** A code of the form that S3's have: an answer may hold anything. */
function nameOf(code: string): string {
  return /^[\w .-]{1,80}$/.test(code) ? code : "an unknown code";
}
