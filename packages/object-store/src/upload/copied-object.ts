import { type CopyInput, type ObjectFacts, S3UnexpectedError } from "@repo/s3-provider";

import { findObject, sha256OfObject, type StorageClient } from "./storage-client.js";

/**
 * Copies an object. Where the answer does not name the copy, that is looked at: by its size and its
 * ETag, or by its bytes.
 *
 * @param source of the object that is copied
 * @throws S3UnexpectedError (`s3_unexpected`) when there is no such copy
 */
export async function copyObject(
  s3: StorageClient,
  input: CopyInput,
  source: Pick<ObjectFacts, "byteLength" | "etag">,
): Promise<void> {
  const copied = await s3.copy(input);
  if (copied?.etag !== undefined || (await isCopied(s3, input, source))) return;
  const reason = "the answer names no copy, and there is none with these bytes";
  throw new S3UnexpectedError({
    operation: "copy",
    key: input.targetKey,
    outcome: "unknown",
    reason,
  });
}

async function isCopied(
  s3: StorageClient,
  { sourceKey, targetKey, signal }: CopyInput,
  source: Pick<ObjectFacts, "byteLength" | "etag">,
): Promise<boolean> {
  const target = await findObject(s3, targetKey, signal);
  if (target?.byteLength !== source.byteLength) return false;
  // Another ETag proves nothing: the parts of the source are gone, and encrypted objects have no MD5.
  if (target.etag === source.etag) return true;
  const digests = [sourceKey, targetKey].map((key) => sha256OfObject(s3, key, signal));
  const [original, copy] = await Promise.all(digests);
  return original !== undefined && copy?.equals(original) === true;
}
