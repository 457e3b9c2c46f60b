import { createHash, createHmac } from "node:crypto";

import { hostOf, type S3Server } from "../server.js";

/**
 * An implementation of SigV4 of our own, with which tests make requests as well as forgeries.
 * Path and query are signed as given, so they must be in canonical encoding.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
export interface SigningOptions {
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  readonly region?: string;
  readonly service?: string;
  readonly date?: Date;
  /** `x-amz-content-sha256`; the digest of the body by default. */
  readonly payloadHash?: string;
  /** Headers to leave out of the signature. */
  readonly unsigned?: readonly string[];
}

export interface Signable {
  readonly method: string;
  readonly path: string;
  /** Without the question mark. */
  readonly query?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | Buffer | undefined;
}

export interface Signed {
  readonly headers: Record<string, string>;
  readonly signature: string;
  readonly timestamp: string;
  readonly scope: string;
  readonly key: Buffer;
}

/** What goes with every signature: when, for what, and the key derived from both. */
export interface SigningContext {
  /** Such as `20130524T000000Z`. */
  readonly timestamp: string;
  /** Such as `20130524/us-east-1/s3/aws4_request`. */
  readonly scope: string;
  /** Access key and scope. */
  readonly credential: string;
  readonly key: Buffer;
}

/** The request's headers with those that sign it. */
export function signRequest(
  server: S3Server,
  request: Signable,
  options: SigningOptions = {},
): Signed {
  const { timestamp, scope, credential, key } = signingContext(server, options);
  const payloadHash = options.payloadHash ?? sha256(request.body ?? "");
  const headers: Record<string, string> = {
    host: hostOf(server),
    "x-amz-date": timestamp,
    "x-amz-content-sha256": payloadHash,
    ...request.headers,
  };
  const names = Object.keys(headers)
    .filter((name) => options.unsigned?.includes(name) !== true)
    .sort();
  const canonical = canonicalRequest(request, headers, names, payloadHash, request.query ?? "");
  const signature = hmac(key, stringToSign(timestamp, scope, canonical)).toString("hex");
  headers["authorization"] =
    `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names.join(";")}, Signature=${signature}`;
  return { headers, signature, timestamp, scope, key };
}

/** The query string of a presigned URL. `expires` is in seconds, 300 by default. */
export function presign(
  server: S3Server,
  request: Signable,
  options: SigningOptions & { expires?: number | string } = {},
): string {
  const { timestamp, scope, credential, key } = signingContext(server, options);
  const headers: Record<string, string> = { host: hostOf(server), ...request.headers };
  const names = Object.keys(headers).sort();
  const query = [
    "X-Amz-Algorithm=AWS4-HMAC-SHA256",
    `X-Amz-Credential=${encodeURIComponent(credential)}`,
    `X-Amz-Date=${timestamp}`,
    `X-Amz-Expires=${options.expires ?? 300}`,
    `X-Amz-SignedHeaders=${encodeURIComponent(names.join(";"))}`,
    ...(request.query === undefined ? [] : request.query.split("&")),
  ].join("&");
  const payloadHash = options.payloadHash ?? "UNSIGNED-PAYLOAD";
  const canonical = canonicalRequest(request, headers, names, payloadHash, query);
  const signature = hmac(key, stringToSign(timestamp, scope, canonical)).toString("hex");
  return `${query}&X-Amz-Signature=${signature}`;
}

export function signingContext(server: S3Server, options: SigningOptions = {}): SigningContext {
  const timestamp = (options.date ?? new Date()).toISOString().replace(/[-:]|\.\d+/g, "");
  const parts = [
    timestamp.slice(0, 8),
    options.region ?? server.region,
    options.service ?? "s3",
    "aws4_request",
  ];
  const secret = `AWS4${options.secretAccessKey ?? server.secretAccessKey}`;
  const key = parts.reduce<Buffer>((previous, part) => hmac(previous, part), Buffer.from(secret));
  const scope = parts.join("/");
  const credential = `${options.accessKeyId ?? server.accessKeyId}/${scope}`;
  return { timestamp, scope, credential, key };
}

export function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

export function sha256(body: string | Buffer): string {
  return createHash("sha256").update(body).digest("hex");
}

function canonicalRequest(
  { method, path }: Signable,
  headers: Readonly<Record<string, string>>,
  names: readonly string[],
  payloadHash: string,
  query: string,
): string {
  return [
    method,
    path,
    sortedQuery(query),
    ...names.map((name) => `${name}:${headers[name] ?? ""}`),
    "",
    names.join(";"),
    payloadHash,
  ].join("\n");
}

function sortedQuery(query: string): string {
  const pairs = query.split("&").map((pair) => pair.split("=", 2) as [string, string]);
  return pairs
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map((pair) => pair.join("="))
    .join("&");
}

function stringToSign(timestamp: string, scope: string, canonical: string): string {
  return ["AWS4-HMAC-SHA256", timestamp, scope, sha256(canonical)].join("\n");
}
