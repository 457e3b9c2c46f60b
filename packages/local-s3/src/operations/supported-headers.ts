import { S3Error } from "../errors.js";
import { type RequestHeaders } from "../http/request-headers.js";

/** `x-amz-*` headers that are understood everywhere they make sense. */
const SUPPORTED: ReadonlySet<string> = new Set([
  "x-amz-content-sha256",
  "x-amz-copy-source",
  "x-amz-copy-source-if-match",
  "x-amz-copy-source-if-modified-since",
  "x-amz-copy-source-if-none-match",
  "x-amz-copy-source-if-unmodified-since",
  "x-amz-copy-source-range",
  "x-amz-date",
  "x-amz-decoded-content-length",
  "x-amz-metadata-directive",
  "x-amz-sdk-checksum-algorithm",
  "x-amz-trailer",
  "x-amz-user-agent",
]);
const SUPPORTED_PREFIXES = ["x-amz-checksum-", "x-amz-meta-"];
/** Headers that may only ask for what happens anyway. */
const SUPPORTED_VALUES: Readonly<Record<string, string>> = {
  "x-amz-acl": "private",
  "x-amz-storage-class": "STANDARD",
};

/**
 * Refuses a request that asks for more than this server does (encryption, tags, locks …): accepting
 * the header and not acting on it would be a lie.
 *
 * @throws {S3Error} NotImplemented
 */
export function refuseUnsupportedHeaders(headers: RequestHeaders): void {
  for (const name of headers.names()) {
    if (
      name.startsWith("x-amz-") &&
      !SUPPORTED.has(name) &&
      !SUPPORTED_PREFIXES.some((prefix) => name.startsWith(prefix)) &&
      headers.get(name) !== SUPPORTED_VALUES[name]
    ) {
      throw new S3Error("NotImplemented", undefined, {
        Header: name,
        Value: headers.get(name) ?? "",
      });
    }
  }
}
