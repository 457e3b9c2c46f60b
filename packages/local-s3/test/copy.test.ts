import { createHash } from "node:crypto";

import {
  CopyObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { sdkClient, send } from "@repo/s3-contract/requests";

import { BUCKET, startTestServer, type TestServer } from "./support/test-server.js";

const SOURCE = "a source/ü+&.txt";
const ETAG = createHash("md5").update("content").digest("hex");

describe("CopyObject", () => {
  let server: TestServer;
  let client: S3Client;
  beforeAll(async () => {
    server = await startTestServer({ buckets: [BUCKET, "other-bucket"] });
    client = sdkClient(server);
    await client.send(
      new PutObjectCommand({
        Bucket: BUCKET,
        Key: SOURCE,
        Body: "content",
        ContentType: "text/plain",
        Metadata: { a: "b" },
      }),
    );
  });
  afterAll(async () => {
    client.destroy();
    await server.stop();
  });

  const copy = (input: object) =>
    client.send(
      new CopyObjectCommand({
        Bucket: "other-bucket",
        Key: "copy",
        CopySource: `/${BUCKET}/${encodeURIComponent(SOURCE)}`,
        ...input,
      }),
    );
  const head = (Bucket: string, Key: string) =>
    client.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: "ENABLED" }));

  it("copies bytes, headers, metadata and checksum, also to another bucket", async () => {
    const reply = await copy({});
    expect(reply.CopyObjectResult?.ETag).toBe(`"${ETAG}"`);
    const source = await head(BUCKET, SOURCE);
    expect(await head("other-bucket", "copy")).toMatchObject({
      ContentType: "text/plain",
      Metadata: { a: "b" },
      ChecksumCRC32: source.ChecksumCRC32,
    });
    const got = await client.send(new GetObjectCommand({ Bucket: "other-bucket", Key: "copy" }));
    expect(await got.Body?.transformToString()).toBe("content");
  });

  it("obeys conditions on its source and on its target", async () => {
    await copy({ CopySourceIfMatch: ETAG });
    await expect(copy({ CopySourceIfMatch: "x" })).rejects.toMatchObject({
      name: "PreconditionFailed",
    });
    await expect(copy({ CopySourceIfNoneMatch: ETAG })).rejects.toMatchObject({
      name: "PreconditionFailed",
    });
    await expect(copy({ IfNoneMatch: "*" })).rejects.toMatchObject({ name: "PreconditionFailed" });
  });

  it.each([
    [`${BUCKET}/missing`, 404, "NoSuchKey"],
    ["missing/key", 404, "NoSuchBucket"],
    [BUCKET, 400, "InvalidArgument"],
    [`${BUCKET}/`, 400, "InvalidArgument"],
    ["/", 400, "InvalidArgument"],
    [`${BUCKET}/key?versionId=1`, 501, "NotImplemented"],
  ])("from %s is refused", async (source, status, code) => {
    const headers = { "x-amz-copy-source": source };
    const path = `/${BUCKET}/refused`;
    const reply = await send(server, { method: "PUT", path, headers });
    expect(reply).toMatchObject({ status, code });
  });
});
