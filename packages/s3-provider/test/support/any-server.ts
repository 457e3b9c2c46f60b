import { randomUUID } from "node:crypto";

import { afterAll, afterEach, beforeAll } from "@jest/globals";

import { S3Provider, type S3ConnectionOptions, type S3RequestOptions } from "../../src/index.js";
import { BUCKET, localS3 } from "./local-s3.js";

interface Address {
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/**
 * A bucket for the tests of a file, and providers for it: in a local-s3, or in the server that
 * `TEST_S3_ENDPOINT`, `TEST_S3_ACCESS_KEY_ID` and `TEST_S3_SECRET_ACCESS_KEY` name.
 */
export function anyServer() {
  const endpoint = process.env["TEST_S3_ENDPOINT"];
  if (endpoint === undefined) {
    const { provider, running } = localS3();
    return { provider, bucket: BUCKET, address: (): Address => running() };
  }

  const address: Address = {
    endpoint,
    region: process.env["TEST_S3_REGION"] ?? "us-east-1",
    accessKeyId: process.env["TEST_S3_ACCESS_KEY_ID"] ?? "",
    secretAccessKey: process.env["TEST_S3_SECRET_ACCESS_KEY"] ?? "",
  };
  const ownBucket = `s3-provider-${randomUUID()}`;
  const providers: S3Provider[] = [];

  function provider(
    options: Partial<S3ConnectionOptions> = {},
    bucket = ownBucket,
    requests: S3RequestOptions = {},
  ): S3Provider {
    const { accessKeyId, secretAccessKey, ...where } = address;
    const credentials = { accessKeyId, secretAccessKey };
    const client = { ...where, credentials, forcePathStyle: true, ...options };
    const created = new S3Provider({ bucket, client, requests });
    providers.push(created);
    return created;
  }

  function destroyProviders(): void {
    for (const each of providers.splice(0)) each.destroy();
  }

  beforeAll(async () => {
    await provider().ensureBucket();
    destroyProviders();
  });
  afterEach(destroyProviders);
  afterAll(async () => {
    const s3 = provider();
    const keys: string[] = [];
    for await (const { key } of s3.list()) keys.push(key);
    await s3.deleteMany(keys);
    destroyProviders();
  });
  return { provider, bucket: ownBucket, address: () => address };
}
