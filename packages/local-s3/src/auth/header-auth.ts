import { S3Error } from "../errors.js";
import { type S3Request } from "../http/s3-request.js";
import {
  type Authentication,
  type Credentials,
  readCredential,
  verifyClaim,
} from "./authentication.js";
import { isPayloadHash } from "./payload-hash.js";
import { ALGORITHM } from "./signing.js";
import { formatTimestamp, MAX_SKEW_MS, parseTimestamp } from "./timestamps.js";

/**
 * Verifies an `Authorization: AWS4-HMAC-SHA256 …` header.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-auth-using-authorization-header.html
 *
 * @throws {S3Error}
 */
export function authenticateHeader(
  request: S3Request,
  authorization: string,
  credentials: Credentials,
): Authentication {
  if (!authorization.startsWith(`${ALGORITHM} `)) {
    throw new S3Error(
      "InvalidRequest",
      `The authorization mechanism you have provided is not supported. Please use ${ALGORITHM}.`,
    );
  }
  const fields = readFields(authorization.slice(ALGORITHM.length));
  const time = requestTime(request);
  const timestamp = formatTimestamp(time);
  const scope = readCredential(
    fields.credential,
    timestamp,
    credentials,
    "AuthorizationHeaderMalformed",
  );
  if (Math.abs(Date.now() - time) > MAX_SKEW_MS) {
    throw new S3Error("RequestTimeTooSkewed", undefined, {
      RequestTime: timestamp,
      ServerTime: new Date().toISOString(),
      MaxAllowedSkewMilliseconds: String(MAX_SKEW_MS),
    });
  }
  return verifyClaim(
    request,
    {
      scope,
      timestamp,
      signature: fields.signature,
      signedHeaders: fields.signedHeaders.split(";"),
      payloadHash: payloadHash(request),
    },
    credentials,
  );
}

function readFields(text: string) {
  const fields = new Map(
    text.split(",").map((field) => {
      const equals = field.indexOf("=");
      return [field.slice(0, equals).trim(), field.slice(equals + 1).trim()] as const;
    }),
  );
  const required = (name: string): string => {
    const value = fields.get(name);
    if (value === undefined || value === "") {
      throw new S3Error(
        "AuthorizationHeaderMalformed",
        `The authorization header is malformed; the authorization header requires ${name}.`,
      );
    }
    return value;
  };
  return {
    credential: required("Credential"),
    signedHeaders: required("SignedHeaders"),
    signature: required("Signature"),
  };
}

/** Milliseconds since the epoch, from `x-amz-date` or else `Date`. */
function requestTime(request: S3Request): number {
  const amzDate = request.headers.get("x-amz-date");
  const time =
    amzDate === undefined
      ? Date.parse(request.headers.get("date") ?? "")
      : (parseTimestamp(amzDate) ?? NaN);
  if (Number.isNaN(time)) {
    throw new S3Error(
      "AccessDenied",
      "AWS authentication requires a valid Date or x-amz-date header",
    );
  }
  return time;
}

function payloadHash(request: S3Request): string {
  const hash = request.headers.get("x-amz-content-sha256");
  if (hash === undefined) {
    throw new S3Error(
      "InvalidRequest",
      "Missing required header for this request: x-amz-content-sha256",
    );
  }
  if (!isPayloadHash(hash)) {
    throw new S3Error(
      "InvalidArgument",
      "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, STREAMING-UNSIGNED-PAYLOAD-TRAILER or a valid sha256 value.",
      { ArgumentName: "x-amz-content-sha256", ArgumentValue: hash },
    );
  }
  return hash;
}
