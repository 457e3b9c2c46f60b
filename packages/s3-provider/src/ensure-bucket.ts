import { CreateBucketCommand, HeadBucketCommand } from "@aws-sdk/client-s3";

import { S3Error, S3NotFoundError } from "./errors.js";
import { type S3Caller } from "./s3-caller.js";

export async function ensureBucket(caller: S3Caller): Promise<void> {
  if (await bucketExists(caller)) return;
  try {
    // The SDK adds the region as the bucket's location.
    await caller.send(new CreateBucketCommand({ Bucket: caller.bucket }), {
      operation: "ensureBucket",
    });
  } catch (error) {
    // 409: another process created it in between, or the name is somebody else's, which HEAD tells.
    if (!(error instanceof S3Error) || error.statusCode !== 409) throw error;
    if (!(await bucketExists(caller))) throw error;
  }
}

async function bucketExists(caller: S3Caller): Promise<boolean> {
  try {
    await caller.send(new HeadBucketCommand({ Bucket: caller.bucket }), {
      operation: "ensureBucket",
    });
    return true;
  } catch (error) {
    if (error instanceof S3NotFoundError) return false;
    throw error;
  }
}
