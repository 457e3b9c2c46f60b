import { PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";

import { buildRequest, type BuiltRequest } from "../built-request.js";

/** What all PUTs of bytes to one bucket have in common. */
export interface RequestTemplate {
  request: BuiltRequest;
  /** The path up to the key, percent-encoded. */
  basePath: string;
  signingRegion: string;
  signingService: string;
}

const PLACEHOLDER_KEY = "k";
/** Headers of one object, and of one invocation of a function on AWS Lambda. */
const OF_ONE_REQUEST = /^content-|^x-amzn-trace-id$/i;

/**
 * Undefined where a PUT depends on more than SigV4 and its headers: signed in another way, or with
 * checksums.
 */
export async function requestTemplate(
  client: S3Client,
  bucket: string,
): Promise<RequestTemplate | undefined> {
  if ((await client.config.requestChecksumCalculation()) !== "WHEN_REQUIRED") return undefined;
  const command = new PutObjectCommand({ Bucket: bucket, Key: PLACEHOLDER_KEY, Body: "" });
  const { request, scheme, region, service } = await buildRequest(client, command);
  if (scheme !== "sigv4") return undefined;
  const headers = Object.entries(request.headers).filter(([name]) => !OF_ONE_REQUEST.test(name));
  return {
    request: { ...request, headers: Object.fromEntries(headers) },
    basePath: request.path.slice(0, -PLACEHOLDER_KEY.length),
    signingRegion: region,
    signingService: service,
  };
}
