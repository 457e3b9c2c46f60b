import { S3Error } from "../errors.js";
import { type Payload } from "../payload/payload.js";

/**
 * Some operations require a Content-MD5 or an `x-amz-checksum-*` of their body.
 *
 * @throws {S3Error} InvalidRequest
 */
export function requireIntegrityHeader(payload: Payload): void {
  if (!payload.hasContentMd5 && payload.declaredChecksum === undefined) {
    throw new S3Error(
      "InvalidRequest",
      "Missing required header for this request: Content-MD5 OR x-amz-checksum-*",
    );
  }
}
