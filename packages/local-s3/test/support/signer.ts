import { createHash, createHmac } from "node:crypto";

import { CREDENTIALS } from "./test-server.js";

/**
 * A second, independent implementation of SigV4, with which tests make requests as well as forgeries.
 * Path and query are signed as given, so they must be in canonical encoding.
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
  readonly host: string;
  readonly path: string;
  /** Without the question mark. */
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export interface Signed {
  readonly headers: Record<string, string>;
  readonly signature: string;
  readonly timestamp: string;
  readonly scope: string;
  readonly key: Buffer;
}

export function signRequest(request: Signable, options: SigningOptions = {}): Signed {
  const { timestamp, scope, key } = signingContext(options);
  const payloadHash = options.payloadHash ?? sha256(request.body ?? "");
  const headers: Record<string, string> = {
    host: request.host,
    "x-amz-date": timestamp,
    "x-amz-content-sha256": payloadHash,
    ...request.headers,
  };
  const names = Object.keys(headers)
    .filter((name) => options.unsigned?.includes(name) !== true)
    .sort();
  const canonical = canonicalRequest(request, headers, names, payloadHash, request.query ?? "");
  const signature = hmac(key, stringToSign(timestamp, scope, canonical)).toString("hex");
  const credential = `${options.accessKeyId ?? CREDENTIALS.accessKeyId}/${scope}`;
  headers["authorization"] =
    `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names.join(";")}, Signature=${signature}`;
  return { headers, signature, timestamp, scope, key };
}

/** The query string of a presigned URL. */
export function presign(
  request: Signable,
  options: SigningOptions & { expires?: number | string; parameters?: string } = {},
): string {
  const { timestamp, scope, key } = signingContext(options);
  const headers: Record<string, string> = { host: request.host, ...request.headers };
  const names = Object.keys(headers).sort();
  const credential = `${options.accessKeyId ?? CREDENTIALS.accessKeyId}/${scope}`;
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

export function signingContext(options: SigningOptions = {}) {
  const timestamp = (options.date ?? new Date()).toISOString().replace(/[-:]|\.\d+/g, "");
  const parts = [
    timestamp.slice(0, 8),
    options.region ?? "us-east-1",
    options.service ?? "s3",
    "aws4_request",
  ];
  const secret = `AWS4${options.secretAccessKey ?? CREDENTIALS.secretAccessKey}`;
  const key = parts.reduce<Buffer>((previous, part) => hmac(previous, part), Buffer.from(secret));
  return { timestamp, scope: parts.join("/"), key };
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
