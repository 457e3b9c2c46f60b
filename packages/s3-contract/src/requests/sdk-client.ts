import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";

import { type S3Server } from "../server.js";

/** The official client with its default settings, but for retries, which would hide failures. */
export function sdkClient(server: S3Server, config: S3ClientConfig = {}): S3Client {
  return new S3Client({
    endpoint: server.endpoint,
    region: server.region,
    credentials: { accessKeyId: server.accessKeyId, secretAccessKey: server.secretAccessKey },
    forcePathStyle: true,
    maxAttempts: 1,
    ...config,
  });
}
