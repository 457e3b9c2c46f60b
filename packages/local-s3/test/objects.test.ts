import { createHash } from "node:crypto";
import { Readable } from "node:stream";

import {
  ChecksumAlgorithm,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { send } from "./support/http.js";
import { sdkClient } from "./support/sdk.js";
import { BUCKET, startTestServer, type TestServer } from "./support/test-server.js";

const MEBIBYTE = 1024 * 1024;

describe.each(["WHEN_SUPPORTED", "WHEN_REQUIRED"] as const)(
  "objects, by the SDK with checksums %s",
  (requestChecksumCalculation) => {
    let server: TestServer;
    let client: S3Client;
    beforeAll(async () => {
      server = await startTestServer();
      client = sdkClient(server, { requestChecksumCalculation });
    });
    afterAll(async () => {
      client.destroy();
      await server.stop();
    });

    it("keep their bytes, headers and metadata", async () => {
      const put = await client.send(
        new PutObjectCommand({
          Bucket: BUCKET,
          Key: "full",
          Body: "hello",
          ContentType: "text/plain; charset=utf-8",
          CacheControl: "max-age=60",
          ContentDisposition: "inline",
          ContentEncoding: "identity",
          ContentLanguage: "en",
          Expires: new Date("2030-01-01T00:00:00Z"),
          Metadata: { Colour: "green", empty: "" },
        }),
      );
      const etag = `"${createHash("md5").update("hello").digest("hex")}"`;
      expect(put.ETag).toBe(etag);
      const expected = {
        AcceptRanges: "bytes",
        CacheControl: "max-age=60",
        ContentDisposition: "inline",
        ContentEncoding: "identity",
        ContentLanguage: "en",
        ContentLength: 5,
        ContentType: "text/plain; charset=utf-8",
        ETag: etag,
        ExpiresString: "Tue, 01 Jan 2030 00:00:00 GMT",
        Metadata: { colour: "green", empty: "" },
      };
      const got = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key: "full" }));
      expect(got).toMatchObject(expected);
      expect(await got.Body?.transformToString()).toBe("hello");
      expect(Date.now() - (got.LastModified?.getTime() ?? 0)).toBeLessThan(60_000);
      const head = await client.send(new HeadObjectCommand({ Bucket: BUCKET, Key: "full" }));
      expect(head).toMatchObject(expected);
    });

    it("are streamed in both directions", async () => {
      const piece = Buffer.alloc(MEBIBYTE, "stream");
      const pieces = Array.from({ length: 12 }, () => piece);
      const body = Readable.from(pieces);
      const command = { Bucket: BUCKET, Key: "streamed", ContentLength: 12 * MEBIBYTE };
      const put = await client.send(new PutObjectCommand({ ...command, Body: body }));
      const whole = Buffer.concat(pieces);
      expect(put.ETag).toBe(`"${createHash("md5").update(whole).digest("hex")}"`);
      const got = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key: "streamed" }));
      expect(whole.equals((await got.Body?.transformToByteArray()) ?? Buffer.alloc(0))).toBe(true);
    });

    it("may be empty", async () => {
      await client.send(
        new PutObjectCommand({ Bucket: BUCKET, Key: "empty", Body: Buffer.alloc(0) }),
      );
      const got = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key: "empty" }));
      expect(got.ContentLength).toBe(0);
      expect(await got.Body?.transformToString()).toBe("");
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

    it("are gone once deleted, and deleting them again succeeds", async () => {
      await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: "gone", Body: "x" }));
      for (let times = 0; times < 2; times++) {
        const reply = await client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: "gone" }));
        expect(reply.$metadata.httpStatusCode).toBe(204);
      }
      await expect(
        client.send(new GetObjectCommand({ Bucket: BUCKET, Key: "gone" })),
      ).rejects.toMatchObject({ name: "NoSuchKey", $metadata: { httpStatusCode: 404 } });
      await expect(
        client.send(new HeadObjectCommand({ Bucket: BUCKET, Key: "gone" })),
      ).rejects.toMatchObject({ name: "NotFound" });
    });

    it("answer NoSuchBucket where there is no bucket", async () => {
      const target = { Bucket: "missing", Key: "a" };
      for (const attempt of [
        client.send(new GetObjectCommand(target)),
        client.send(new PutObjectCommand({ ...target, Body: "x" })),
      ]) {
        await expect(attempt).rejects.toMatchObject({ name: "NoSuchBucket" });
      }
    });
  },
);
