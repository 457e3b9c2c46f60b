import { S3Error } from "../errors.js";
import { type RequestHeaders } from "../http/request-headers.js";
import { type ObjectAttributes } from "../storage/object-metadata.js";

const MAX_USER_METADATA_BYTES = 2048;
const DEFAULT_CONTENT_TYPE = "binary/octet-stream";
const STORED_HEADERS = [
  "cache-control",
  "content-disposition",
  "content-encoding",
  "content-language",
  "content-type",
  "expires",
];

/** @throws {S3Error} MetadataTooLarge */
export function readAttributes(headers: RequestHeaders): ObjectAttributes {
  const stored: Record<string, string> = {};
  for (const name of STORED_HEADERS) {
    const value = name === "content-encoding" ? contentEncoding(headers) : headers.get(name);
    if (value !== undefined && value !== "") stored[name] = value;
  }
  stored["content-type"] ??= DEFAULT_CONTENT_TYPE;
  const userMetadata = headers.withPrefix("x-amz-meta-");
  const size = userMetadata.flat().reduce((sum, text) => sum + text.length, 0);
  if (size > MAX_USER_METADATA_BYTES) {
    throw new S3Error("MetadataTooLarge", undefined, {
      Size: String(size),
      MaxSizeAllowed: String(MAX_USER_METADATA_BYTES),
    });
  }
  return { headers: stored, userMetadata: Object.fromEntries(userMetadata) };
}

/** `aws-chunked` is the framing of the request, not part of what is stored. */
function contentEncoding(headers: RequestHeaders): string | undefined {
  return headers
    .get("content-encoding")
    ?.split(",")
    .map((encoding) => encoding.trim())
    .filter((encoding) => encoding.toLowerCase() !== "aws-chunked")
    .join(",");
}
