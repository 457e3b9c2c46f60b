import { S3Error } from "../errors.js";
import { requireHeader } from "../http/header-value.js";
import { QueryParameters } from "../http/query-parameters.js";
import { type S3Request } from "../http/s3-request.js";
import { type Authentication, type Credentials, requireToken } from "./authentication.js";
import { authenticateHeader } from "./header-auth.js";
import { authenticateQuery } from "./presigned-auth.js";

/**
 * Verifies the signature of a request, in its header or its query.
 *
 * @throws {S3Error} AccessDenied for an anonymous request, or why the signature is refused
 */
export function authenticate(request: S3Request, credentials: Credentials): Authentication {
  const authorization = request.headers.get("authorization");
  const presigned = isPresigned(request);
  if (authorization !== undefined && presigned) {
    throw new S3Error(
      "InvalidArgument",
      "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified",
    );
  }
  if (authorization === undefined && !presigned) throw new S3Error("AccessDenied");
  const { headers, query } = request;
  requireToken(
    headers.get("x-amz-security-token") ?? query.get("X-Amz-Security-Token"),
    credentials,
  );
  return authorization === undefined
    ? authenticateQuery(request, credentials)
    : authenticateHeader(request, authorization, credentials);
}

function isPresigned(request: S3Request): boolean {
  return request.query.has("X-Amz-Algorithm") || request.query.has("X-Amz-Signature");
}

/**
 * A presigned URL may carry headers as parameters: `x-amz-*`, and the three that the JavaScript SDK 2
 * puts there. The operation sees them as headers only, and none of the signature's own parameters.
 * A header that is there as well wins.
 *
 * @throws {S3Error} InvalidArgument for a parameter that no header can hold
 */
export function withHoistedHeaders(request: S3Request): S3Request {
  if (!isPresigned(request)) return request;
  const { entries } = request.query;
  const hoisted = entries
    .filter(([name]) => isHeader(name))
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => !AUTHENTICATION_PARAMETERS.has(name));
  for (const [name, value] of hoisted) requireHeader(name, value);
  return {
    ...request,
    headers: request.headers.withDefaults(hoisted),
    query: new QueryParameters(entries.filter(([name]) => !isHeader(name))),
  };
}

function isHeader(parameter: string): boolean {
  return /^(?:x-amz-|cache-control$|content-md5$|content-type$)/i.test(parameter);
}

const AUTHENTICATION_PARAMETERS: ReadonlySet<string> = new Set([
  "x-amz-algorithm",
  "x-amz-content-sha256",
  "x-amz-credential",
  "x-amz-date",
  "x-amz-expires",
  "x-amz-signature",
  "x-amz-signedheaders",
]);
