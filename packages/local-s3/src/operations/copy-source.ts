import { S3Error } from "../errors.js";
import { evaluateConditions } from "../http/conditions.js";
import { type RequestHeaders } from "../http/request-headers.js";
import { requireKeyLength } from "../http/s3-request.js";
import { uriDecode } from "../http/uri.js";
import { type OpenObject } from "../storage/objects.js";
import { type Store } from "../storage/store.js";

const PREFIX = "x-amz-copy-source";

export interface CopySource {
  readonly bucket: string;
  readonly key: string;
}

/**
 * Reads `x-amz-copy-source`: `bucket/key` in URI encoding, with or without a leading slash.
 *
 * @throws {S3Error} InvalidArgument, or NotImplemented for a version
 */
export function readCopySource(headers: RequestHeaders): CopySource {
  const header = headers.get(PREFIX) ?? "";
  if (header.includes("?")) throw new S3Error("NotImplemented", undefined, { Header: PREFIX });
  const path = uriDecode(header).replace(/^\//, "");
  const slash = path.indexOf("/");
  const source = { bucket: path.slice(0, slash), key: path.slice(slash + 1) };
  if (slash < 1 || source.key === "") {
    throw new S3Error("InvalidArgument", "Copy Source must mention the source bucket and key", {
      ArgumentName: PREFIX,
      ArgumentValue: header,
    });
  }
  requireKeyLength(source.key);
  return source;
}

/**
 * Opens the source under the conditions that the request puts on it. The caller closes it.
 *
 * @throws {S3Error} NoSuchBucket, NoSuchKey or PreconditionFailed
 */
export async function openCopySource(
  store: Store,
  headers: RequestHeaders,
  { bucket, key }: CopySource,
): Promise<OpenObject> {
  const opened = await store.bucket(bucket).objects.open(key);
  if (opened === undefined) throw new S3Error("NoSuchKey", undefined, { Key: key });
  const verdict = evaluateConditions(
    {
      ifMatch: headers.get(`${PREFIX}-if-match`),
      ifNoneMatch: headers.get(`${PREFIX}-if-none-match`),
      ifModifiedSince: headers.get(`${PREFIX}-if-modified-since`),
      ifUnmodifiedSince: headers.get(`${PREFIX}-if-unmodified-since`),
    },
    opened.object,
  );
  if (verdict !== "proceed") {
    await opened.handle.close();
    throw new S3Error("PreconditionFailed");
  }
  return opened;
}
