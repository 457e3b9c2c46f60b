import { type QueryParameters } from "../http/query-parameters.js";
import { type RequestHeaders } from "../http/request-headers.js";
import { uriEncode, uriEncodePath } from "../http/uri.js";

interface SignableRequest {
  readonly method: string;
  readonly path: string;
  readonly query: QueryParameters;
  readonly headers: RequestHeaders;
}

/**
 * The canonical request of SigV4 as S3 makes it: the path encoded once and not normalised, so that
 * `a//b` and `a/../b` stay what they are. Header values are one character per byte.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
export function canonicalRequest(
  request: SignableRequest,
  signedHeaders: readonly string[],
  payloadHash: string,
): string {
  return [
    request.method,
    uriEncodePath(request.path),
    canonicalQuery(request.query),
    ...signedHeaders.map((name) => `${name}:${canonicalValue(request.headers.get(name) ?? "")}`),
    "",
    signedHeaders.join(";"),
    payloadHash,
  ].join("\n");
}

function canonicalQuery(query: QueryParameters): string {
  return query.entries
    .filter(([name]) => name !== "X-Amz-Signature")
    .map(([name, value]) => [uriEncode(name), uriEncode(value)] as const)
    .sort(([nameA, valueA], [nameB, valueB]) => compare(nameA, nameB) || compare(valueA, valueB))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
}

function canonicalValue(value: string): string {
  return value.trim().replace(/ +/g, " ");
}

function compare(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}
