import { CopyObjectCommand } from "@aws-sdk/client-s3";

import { type Written } from "./attempt-log.js";
import { copySource } from "./bucket-name.js";
import { type CallOptions } from "./multipart-upload.js";
import { assertObjectKey } from "./object-key.js";
import { type S3Caller } from "./s3-caller.js";

export interface CopyInput extends CallOptions {
  sourceKey: string;
  targetKey: string;
  /** Stores the copy with this type and no other headers, instead of with those of the source. */
  contentType?: string;
}

export async function copyObject(
  caller: S3Caller,
  input: CopyInput,
): Promise<Written & { etag: string | undefined }> {
  const { sourceKey, targetKey, contentType, signal } = input;
  assertObjectKey(sourceKey, "copy");
  const { CopyObjectResult: copied, unanswered } = await caller.send(
    new CopyObjectCommand({
      Bucket: caller.bucket,
      Key: targetKey,
      CopySource: copySource(caller.bucket, sourceKey),
      ...(contentType !== undefined && {
        MetadataDirective: "REPLACE" as const,
        ContentType: contentType,
      }),
    }),
    { operation: "copy", key: targetKey, signal },
  );
  return { etag: copied?.ETag || undefined, unanswered };
}
