import {
  S3InvalidRangeError,
  S3InvalidRequestError,
  S3LengthMismatchError,
  S3NotFoundError,
  type S3Operation,
  S3PreconditionFailedError,
} from "@repo/s3-provider";

/** The call that fails; nothing was changed by it. */
export interface FailedCall {
  operation: S3Operation;
  key: string;
}

export function noSuchKey(call: FailedCall): S3NotFoundError {
  return new S3NotFoundError({ ...known(call), reason: "NoSuchKey", statusCode: 404 });
}

export function noSuchUpload(call: FailedCall): S3NotFoundError {
  return new S3NotFoundError({ ...known(call), reason: "NoSuchUpload", statusCode: 404 });
}

export function invalidRequest(call: FailedCall, reason: string): S3InvalidRequestError {
  return new S3InvalidRequestError({ ...known(call), reason });
}

export function invalidRange(call: FailedCall): S3InvalidRangeError {
  return new S3InvalidRangeError({ ...known(call), reason: "InvalidRange", statusCode: 416 });
}

export function preconditionFailed(call: FailedCall): S3PreconditionFailedError {
  return new S3PreconditionFailedError({
    ...known(call),
    reason: "PreconditionFailed",
    statusCode: 412,
  });
}

export function lengthMismatch(call: FailedCall, announced: number): S3LengthMismatchError {
  const reason = `the body does not hold the announced ${announced} bytes`;
  return new S3LengthMismatchError({ ...known(call), reason });
}

export function digestMismatch(call: FailedCall): S3InvalidRequestError {
  const reason = "XAmzContentSHA256Mismatch";
  return new S3InvalidRequestError({ ...known(call), reason, statusCode: 400 });
}

function known(call: FailedCall): FailedCall & { outcome: "not_applied" } {
  return { ...call, outcome: "not_applied" };
}
