import { S3Error } from "../errors.js";
import { type S3Request } from "../http/s3-request.js";
import {
  type Authentication,
  type Credentials,
  readCredential,
  verifyClaim,
} from "./authentication.js";
import { isPayloadHash, UNSIGNED_PAYLOAD } from "./payload-hash.js";
import { ALGORITHM } from "./signing.js";
import { MAX_SKEW_MS, parseTimestamp } from "./timestamps.js";

const MAX_EXPIRES_S = 604_800;

/**
 * Verifies a presigned URL.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
 *
 * @throws {S3Error}
 */
export function authenticateQuery(request: S3Request, credentials: Credentials): Authentication {
  if (required(request, "X-Amz-Algorithm") !== ALGORITHM) {
    throw malformed(`X-Amz-Algorithm only supports "${ALGORITHM}"`);
  }
  const timestamp = required(request, "X-Amz-Date");
  const time = parseTimestamp(timestamp);
  if (time === undefined) {
    throw malformed("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
  }
  const expires = readExpires(required(request, "X-Amz-Expires"));
  const scope = readCredential(
    required(request, "X-Amz-Credential"),
    timestamp,
    credentials,
    "AuthorizationQueryParametersError",
  );
  const claim = {
    scope,
    timestamp,
    signature: required(request, "X-Amz-Signature"),
    signedHeaders: required(request, "X-Amz-SignedHeaders").split(";"),
    payloadHash: payloadHash(request),
  };
  requireCurrent(time, expires);
  return verifyClaim(request, claim, credentials);
}

function required(request: S3Request, name: string): string {
  const values = request.query.entries.filter(([candidate]) => candidate === name);
  const value = values[0]?.[1];
  if (value === undefined || value === "" || values.length > 1) {
    throw malformed(
      "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters, each once.",
    );
  }
  return value;
}

/** Seconds. */
function readExpires(text: string): number {
  if (!/^-?\d+$/.test(text)) throw malformed("X-Amz-Expires should be a number");
  const seconds = Number(text);
  if (seconds < 1) throw malformed("X-Amz-Expires must be positive");
  if (seconds > MAX_EXPIRES_S) {
    throw malformed(
      `X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than ${MAX_EXPIRES_S} seconds`,
    );
  }
  return seconds;
}

function requireCurrent(time: number, expires: number): void {
  const now = Date.now();
  if (time - now > MAX_SKEW_MS) throw new S3Error("AccessDenied", "Request is not yet valid");
  const end = time + expires * 1000;
  if (now > end) {
    throw new S3Error("AccessDenied", "Request has expired", {
      "X-Amz-Expires": String(expires),
      Expires: new Date(end).toISOString(),
      ServerTime: new Date(now).toISOString(),
    });
  }
}

function payloadHash(request: S3Request): string {
  const hash =
    request.headers.get("x-amz-content-sha256") ??
    request.query.get("X-Amz-Content-Sha256") ??
    UNSIGNED_PAYLOAD;
  if (!isPayloadHash(hash)) throw malformed("X-Amz-Content-Sha256 is not valid");
  return hash;
}

function malformed(message: string): S3Error {
  return new S3Error("AuthorizationQueryParametersError", message);
}
