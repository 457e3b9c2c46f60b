import { corsHeaders } from "../cors/cors-headers.js";
import { S3Error } from "../errors.js";
import { type S3Request } from "../http/s3-request.js";
import { emptyResponse, type S3Response } from "../http/s3-response.js";
import { type Store } from "../storage/store.js";

/**
 * Answers a browser that asks what a page of another origin may do; such a question carries no
 * signature.
 *
 * @throws {S3Error} BadRequest, NoSuchBucket or AccessForbidden
 */
export function preflight(request: S3Request, store: Store): S3Response {
  const origin = request.headers.get("origin");
  const method = request.headers.get("access-control-request-method");
  if (origin === undefined) {
    throw new S3Error("BadRequest", "Insufficient information. Origin request header needed.");
  }
  if (method === undefined) {
    throw new S3Error("BadRequest", "Invalid Access-Control-Request-Method: null");
  }
  const headers = (request.headers.get("access-control-request-headers") ?? "")
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  const rules = store.bucket(request.bucket).settings.cors;
  if (rules === undefined) {
    throw new S3Error("AccessForbidden", "CORSResponse: CORS is not enabled for this bucket.");
  }
  const allowed = corsHeaders(rules, { origin, method, headers });
  if (allowed === undefined) throw new S3Error("AccessForbidden");
  return emptyResponse(200, allowed);
}

/** Adds what lets a page of another origin see a response, errors included. */
export function withCorsHeaders(
  reply: S3Response,
  request: S3Request | undefined,
  store: Store,
): S3Response {
  const origin = request?.headers.get("origin");
  if (request === undefined || origin === undefined || request.method === "OPTIONS") return reply;
  const rules = store.find(request.bucket)?.settings.cors ?? [];
  const allowed = corsHeaders(rules, { origin, method: request.method, headers: [] });
  return allowed === undefined ? reply : { ...reply, headers: { ...reply.headers, ...allowed } };
}
