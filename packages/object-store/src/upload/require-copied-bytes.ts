import { DirectUploadIncompleteError } from "../errors.js";
import { sha256OfObject, type StorageClient } from "./storage-client.js";

/**
 * Reads a copy back and holds it to what was judged. The condition of the copy alone is not enough:
 * Ceph 16.2 ignores it, and an ETag is an MD5, of which anybody can make two files.
 *
 * @throws DirectUploadIncompleteError (`direct_upload_incomplete`)
 */
export async function requireCopiedBytes(
  s3: StorageClient,
  key: string,
  { sha256, signal }: { sha256: Buffer; signal: AbortSignal },
): Promise<void> {
  if (!(await sha256OfObject(s3, key, signal)).equals(sha256)) {
    throw new DirectUploadIncompleteError("The file was replaced while it was read.");
  }
}
