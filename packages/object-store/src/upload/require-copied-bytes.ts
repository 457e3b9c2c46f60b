import { createHash } from "node:crypto";

import { DirectUploadIncompleteError } from "../errors.js";
import type { StorageClient } from "./storage-client.js";

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
  const hash = createHash("sha256");
  const { body } = await s3.get(key, { signal });
  for await (const chunk of body as AsyncIterable<Uint8Array>) hash.update(chunk);
  if (!hash.digest().equals(sha256)) {
    throw new DirectUploadIncompleteError("The file was replaced while it was read.");
  }
}
