import { S3Error } from "../errors.js";
import { type S3Request } from "../http/s3-request.js";
import { canonicalRequest } from "./canonical-request.js";
import {
  type CredentialScope,
  equalInConstantTime,
  sign,
  signingKey,
  stringToSign,
} from "./signing.js";

/** The one identity of the server, and the region that its signatures must name. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** What each request brings along with temporary credentials. */
  readonly sessionToken: string | undefined;
  readonly region: string;
}

/** What a verified signature says about the body that follows. */
export interface Authentication {
  /** `x-amz-content-sha256`: a digest in hex, or one of the named payload kinds. */
  readonly payloadHash: string;
  readonly signature: string;
  readonly signingKey: Buffer;
  readonly scope: CredentialScope;
  /** ISO 8601 basic, such as 20130524T000000Z. */
  readonly timestamp: string;
}

/** @throws {S3Error} InvalidToken, or InvalidAccessKeyId when a token is missing */
export function requireToken(given: string | undefined, { sessionToken }: Credentials): void {
  if (given === sessionToken) return;
  if (given !== undefined) throw new S3Error("InvalidToken");
  // Without AWSAccessKeyId: the request may name another key than the server's.
  throw new S3Error("InvalidAccessKeyId");
}

/** The claims of a request, read from its header, query or form but not yet verified. */
export interface Claim {
  readonly scope: CredentialScope;
  readonly timestamp: string;
  readonly signature: string;
  readonly signedHeaders: readonly string[];
  readonly payloadHash: string;
}

/** @throws {S3Error} AccessDenied or SignatureDoesNotMatch */
export function verifyClaim(
  request: S3Request,
  claim: Claim,
  credentials: Credentials,
): Authentication {
  const { signedHeaders, scope, timestamp, signature, payloadHash } = claim;
  requireSignedHeaders(request, signedHeaders);
  const canonical = canonicalRequest(request, signedHeaders, payloadHash);
  const text = stringToSign(timestamp, scope, canonical);
  const key = signingKey(credentials.secretAccessKey, scope);
  const missing = signedHeaders.some((name) => !request.headers.has(name));
  if (!equalInConstantTime(sign(key, text), signature) || missing) {
    throw new S3Error("SignatureDoesNotMatch", undefined, {
      AWSAccessKeyId: credentials.accessKeyId,
      StringToSign: text,
      SignatureProvided: signature,
      CanonicalRequest: canonical,
    });
  }
  return { payloadHash, signature, signingKey: key, scope, timestamp };
}

/** S3 refuses unsigned `host` and `x-amz-*` headers: who relays a request could add or change them. */
function requireSignedHeaders(request: S3Request, signedHeaders: readonly string[]): void {
  const unsigned = request.headers
    .names()
    .filter((name) => name === "host" || name.startsWith("x-amz-"))
    .filter((name) => !signedHeaders.includes(name));
  if (unsigned.length > 0) {
    throw new S3Error(
      "AccessDenied",
      "There were headers present in the request which were not signed",
      { HeadersNotSigned: unsigned.join(", ") },
    );
  }
}

/**
 * Reads `<access key>/<date>/<region>/s3/aws4_request` and checks all of it.
 *
 * @throws {S3Error} InvalidAccessKeyId, or `malformed` when a part is not as it must be
 */
export function readCredential(
  credential: string,
  timestamp: string,
  credentials: Credentials,
  malformed: "AuthorizationHeaderMalformed" | "AuthorizationQueryParametersError",
): CredentialScope {
  const [accessKeyId, date, region, service, terminator, ...rest] = credential.split("/");
  if (
    accessKeyId === undefined ||
    date === undefined ||
    region === undefined ||
    service === undefined ||
    rest.length > 0
  ) {
    throw new S3Error(
      malformed,
      'the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".',
    );
  }
  if (terminator !== "aws4_request" || service !== "s3") {
    throw new S3Error(malformed, 'incorrect service or terminator; expecting "s3/aws4_request".');
  }
  if (date !== timestamp.slice(0, 8)) {
    throw new S3Error(malformed, `Invalid credential date "${date}"; it must match the timestamp.`);
  }
  if (region !== credentials.region) {
    throw new S3Error(
      malformed,
      `the region '${region}' is wrong; expecting '${credentials.region}'`,
      { Region: credentials.region },
    );
  }
  if (!equalInConstantTime(accessKeyId, credentials.accessKeyId)) {
    throw new S3Error("InvalidAccessKeyId", undefined, { AWSAccessKeyId: accessKeyId });
  }
  return { date, region, service };
}
