import { createHash } from "node:crypto";

import {
  type MultipartUpload,
  S3NotFoundError,
  S3UnexpectedError,
  type UploadedPart,
  type Written,
} from "@repo/s3-provider";

import type { Verdict } from "./inspected-body.js";
import {
  findObject,
  mayHaveStored,
  sha256OfObject,
  type StorageClient,
  wentUnanswered,
} from "./storage-client.js";

interface Completion {
  parts: readonly UploadedPart[];
  signal: AbortSignal;
  /** Looks whether the object of the parts is there. */
  isThere: () => Promise<boolean>;
}

/**
 * Makes an object of the parts. Where the answer was lost, or does not name the object, the object
 * itself is looked at: S3 refuses the repetition of a completion that it has carried out.
 *
 * A completion that may land late counts as unanswered: servers answer it without making the object
 * anew, but not all of them promise that of two completions which run side by side.
 */
export async function completeParts(
  s3: StorageClient,
  upload: MultipartUpload,
  { parts, signal, isThere }: Completion,
): Promise<Written> {
  const look = (): Promise<boolean> => isThere().catch(() => false);
  try {
    const result = await s3.completeMultipartUpload(upload, parts, { signal });
    if (result.etag !== undefined || (await look())) {
      return { unanswered: wentUnanswered(result) };
    }
  } catch (error) {
    const mayBeThere = error instanceof S3NotFoundError || mayHaveStored(error);
    if (mayBeThere && (await look())) return { unanswered: true };
    throw error;
  }
  const reason = "the answer names no object, and there is none with these bytes";
  const operation = "completeMultipartUpload";
  throw new S3UnexpectedError({ operation, key: upload.key, outcome: "unknown", reason });
}

interface Assembled {
  /** In the order of their numbers. */
  parts: readonly UploadedPart[];
  /** Of the bytes that the parts hold. */
  verdict: Pick<Verdict, "byteSize" | "sha256">;
  signal: AbortSignal;
}

/** Whether the object is the one that the parts make, by its size and its ETag or its bytes. */
export async function isAssembled(
  s3: StorageClient,
  key: string,
  { parts, verdict, signal }: Assembled,
): Promise<boolean> {
  const object = await findObject(s3, key, signal);
  if (object?.byteLength !== verdict.byteSize) return false;
  // Another ETag proves nothing: those of encrypted parts and objects are no MD5s.
  if (object.etag === assembledEtag(parts)) return true;
  return (await sha256OfObject(s3, key, signal)).equals(verdict.sha256);
}

/** The ETag of an object whose parts have the MD5s of their bytes for ETags. */
function assembledEtag(parts: readonly UploadedPart[]): string {
  const md5 = createHash("md5");
  for (const { etag } of parts) md5.update(etag.replaceAll('"', ""), "hex");
  return `"${md5.digest("hex")}-${parts.length}"`;
}
