import type { S3Address } from "./service-addresses.js";

/** The settings that our provider and the SDK's client share. */
export function connectionOf({ endpoint, region, accessKeyId, secretAccessKey }: S3Address) {
  return {
    endpoint,
    region,
    credentials: { accessKeyId, secretAccessKey },
    forcePathStyle: true,
  } as const;
}
