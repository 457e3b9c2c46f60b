import { S3Error } from "../errors.js";
import { type RequestHeaders } from "../http/request-headers.js";

/** Headers of the signature and of the client, which go with every operation. */
const COMMON_HEADERS = [
  "x-amz-content-sha256",
  "x-amz-date",
  "x-amz-security-token",
  "x-amz-user-agent",
];

/** A checksum of the body, in the header or the trailer, and the framing of `aws-chunked`. */
export const BODY_HEADERS: readonly string[] = [
  "x-amz-checksum-*",
  "x-amz-decoded-content-length",
  "x-amz-sdk-checksum-algorithm",
  "x-amz-trailer",
];

/** What is stored along with an object, and settings that may only ask for what happens anyway. */
export const OBJECT_HEADERS: readonly string[] = [
  "x-amz-acl=private",
  "x-amz-acl=bucket-owner-full-control",
  "x-amz-meta-*",
  "x-amz-storage-class=STANDARD",
];

export const WRITE_CONDITIONS: readonly string[] = ["if-match", "if-none-match"];

export const READ_CONDITIONS: readonly string[] = [
  ...WRITE_CONDITIONS,
  "if-modified-since",
  "if-range",
  "if-unmodified-since",
];

export const COPY_SOURCE_HEADERS: readonly string[] = [
  "x-amz-copy-source",
  "x-amz-copy-source-if-match",
  "x-amz-copy-source-if-modified-since",
  "x-amz-copy-source-if-none-match",
  "x-amz-copy-source-if-unmodified-since",
];

/**
 * Refuses a request that asks for more than its operation does (encryption, tags, a condition …):
 * accepting the header and not acting on it would be a lie.
 *
 * @param known what the operation takes: `name`, `name=value`, or `start-of-name*`
 * @throws {S3Error} NotImplemented for another `x-amz-*` or conditional header
 */
export function refuseUnknownHeaders(headers: RequestHeaders, known: readonly string[]): void {
  const patterns = [...COMMON_HEADERS, ...known];
  for (const name of headers.names()) {
    const value = headers.get(name) ?? "";
    if (/^(?:x-amz|if)-/.test(name) && !patterns.some((each) => fits(each, name, value))) {
      throw new S3Error("NotImplemented", undefined, { Header: name, Value: value });
    }
  }
}

function fits(pattern: string, name: string, value: string): boolean {
  if (pattern.endsWith("*")) return name.startsWith(pattern.slice(0, -1));
  return pattern === name || pattern === `${name}=${value}`;
}
