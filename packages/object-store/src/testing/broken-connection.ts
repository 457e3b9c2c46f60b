import {
  S3AbortedError,
  type S3Error,
  type S3Operation,
  type S3Outcome,
  S3UnavailableError,
} from "@repo/s3-provider";

interface Subject {
  operation: S3Operation;
  key?: string;
}

/** The failure of a call whose connection broke. */
export function brokenConnection(subject: Subject, outcome: S3Outcome): S3Error {
  return new S3UnavailableError({
    ...subject,
    outcome,
    retryable: true,
    reason: "the connection broke (injected fault)",
  });
}

/** The failure of a call whose signal fired. */
export function abortedCall(subject: Subject, outcome: S3Outcome, cause: unknown): S3Error {
  return new S3AbortedError({ ...subject, outcome, cause, reason: "the caller's signal fired" });
}
