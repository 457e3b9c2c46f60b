import { type FileHandle } from "node:fs/promises";

/** Part of an open file that becomes a body; sending it closes the file. */
export interface FileBody {
  readonly handle: FileHandle;
  readonly start: number;
  /** Bytes; at least one. */
  readonly length: number;
}

export interface S3Response {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | FileBody | undefined;
}

export interface XmlResponse extends S3Response {
  readonly body: string;
}

export function xmlResponse(document: string, status = 200): XmlResponse {
  return { status, headers: { "content-type": "application/xml" }, body: document };
}

export function emptyResponse(status: number, headers: Record<string, string> = {}): S3Response {
  return { status, headers };
}

export function quoted(etag: string): string {
  return `"${etag}"`;
}

/** The time to the second in ISO 8601, as S3 writes it in documents. */
export function isoTime(milliseconds: number): string {
  return new Date(Math.floor(milliseconds / 1000) * 1000).toISOString();
}

/** The time as HTTP headers have it (RFC 9110, section 5.6.7). */
export function httpTime(milliseconds: number): string {
  return new Date(milliseconds).toUTCString();
}
