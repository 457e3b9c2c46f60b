import {
  ChecksumAlgorithm,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { sdkClient, send } from "@repo/s3-contract/requests";

import { BUCKET, startTestServer, type TestServer } from "./support/test-server.js";

describe("objects, by the SDK,", () => {
  let server: TestServer;
  let client: S3Client;
  beforeAll(async () => {
    server = await startTestServer();
    client = sdkClient(server);
  });
  afterAll(async () => {
    client.destroy();
    await server.stop();
  });

  it.each(Object.values(ChecksumAlgorithm).filter((name) => /^(?:CRC|SHA1|SHA256)/.test(name)))(
    "keep a %s checksum and give it back when asked",
    async (algorithm) => {
      const Key = `checksum-${algorithm}`;
      await client.send(
        new PutObjectCommand({ Bucket: BUCKET, Key, Body: "sum", ChecksumAlgorithm: algorithm }),
      );
      const head = await client.send(
        new HeadObjectCommand({ Bucket: BUCKET, Key, ChecksumMode: "ENABLED" }),
      );
      expect(head[`Checksum${algorithm as "CRC32"}`]).toMatch(/^[\w+/]+=*$/);
      expect(head.ChecksumType).toBe("FULL_OBJECT");
      const silent = await send(server, { method: "HEAD", path: `/${BUCKET}/${Key}` });
      expect(silent.headers).not.toHaveProperty(`x-amz-checksum-${algorithm.toLowerCase()}`);
      const got = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
      expect(await got.Body?.transformToString()).toBe("sum");
    },
  );
});
