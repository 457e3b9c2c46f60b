import { S3NotFoundError, S3UnexpectedError } from "@repo/s3-provider";

import { DirectUploadIncompleteError } from "../errors.js";
import { sha256OfObject, type StorageClient } from "./storage-client.js";

/**
 * Reads a copy back and holds it to what was judged. A condition on the copy (its source's ETag)
 * could not replace that: Ceph 16.2 ignores it, Swift 2.30 fails it for each object that was sent in
 * parts, and an ETag is an MD5, of which anybody can make two files.
 *
 * @throws DirectUploadIncompleteError (`direct_upload_incomplete`), S3UnexpectedError
 *   (`s3_unexpected`) when there is no copy
 */
export async function requireCopiedBytes(
  s3: StorageClient,
  key: string,
  { sha256, signal }: { sha256: Buffer; signal: AbortSignal },
): Promise<void> {
  const copied = await sha256OfObject(s3, key, signal).catch((error: unknown) => {
    if (!(error instanceof S3NotFoundError)) throw error;
    const reason = "the answer was a success, and there is no copy";
    throw new S3UnexpectedError({ operation: "copy", key, outcome: "unknown", reason });
  });
  if (!copied.equals(sha256)) {
    throw new DirectUploadIncompleteError("The file was replaced while it was read.");
  }
}
