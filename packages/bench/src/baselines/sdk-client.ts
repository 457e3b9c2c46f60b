import { S3Client } from "@aws-sdk/client-s3";

import { connectionOf } from "../services/s3-connection.js";
import type { S3Address } from "../services/service-addresses.js";

/** The SDK's client with its defaults. */
export function sdkClient(address: S3Address): S3Client {
  return new S3Client(connectionOf(address));
}

/** Without the CRC that the SDK computes of every body unless it is told not to; ours is set so. */
export function sdkClientWithoutChecksums(address: S3Address): S3Client {
  return new S3Client({ ...connectionOf(address), requestChecksumCalculation: "WHEN_REQUIRED" });
}
