import { type IncomingMessage } from "node:http";

import { S3Error } from "../errors.js";
import { QueryParameters } from "./query-parameters.js";
import { RequestHeaders } from "./request-headers.js";
import { uriDecode } from "./uri.js";

const MAX_KEY_BYTES = 1024;

/** A request in path style (`/bucket/key`), decoded but not yet authenticated. */
export interface S3Request {
  readonly method: string;
  /** The decoded path, as the signature's canonical URI is made from. */
  readonly path: string;
  /** Empty when the request addresses the service. */
  readonly bucket: string;
  /** Empty when the request addresses the service or a bucket. */
  readonly key: string;
  readonly query: QueryParameters;
  readonly headers: RequestHeaders;
}

/** @throws {S3Error} InvalidURI or KeyTooLongError */
export function parseRequest(message: IncomingMessage): S3Request {
  const target = message.url ?? "";
  if (!/^\/[\x21-\x7e]*$/.test(target)) throw new S3Error("InvalidURI");
  const queryStart = target.indexOf("?");
  const path = uriDecode(queryStart < 0 ? target : target.slice(0, queryStart));
  const keyStart = path.indexOf("/", 1);
  const bucket = keyStart < 0 ? path.slice(1) : path.slice(1, keyStart);
  const key = keyStart < 0 ? "" : path.slice(keyStart + 1);
  if (bucket === "" && path !== "/") throw new S3Error("InvalidURI");
  requireKeyLength(key);
  return {
    method: message.method ?? "",
    path,
    bucket,
    key,
    query: QueryParameters.parse(queryStart < 0 ? "" : target.slice(queryStart + 1)),
    headers: new RequestHeaders(message.rawHeaders),
  };
}

/** @throws {S3Error} KeyTooLongError */
export function requireKeyLength(key: string): void {
  const size = Buffer.byteLength(key);
  if (size > MAX_KEY_BYTES) {
    throw new S3Error("KeyTooLongError", undefined, {
      Size: String(size),
      MaxSizeAllowed: String(MAX_KEY_BYTES),
    });
  }
}
