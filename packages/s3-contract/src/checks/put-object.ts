import { createHash } from "node:crypto";
import { Readable } from "node:stream";

import { GetObjectCommand, HeadObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { expect } from "expect";

import { type CheckGroup, SDK_DIALECTS } from "../check.js";

const MEBIBYTE = 1024 * 1024;

export const putObject: CheckGroup = {
  name: "PutObject",
  dialects: SDK_DIALECTS,
  checks: {
    async "keeps bytes, headers and metadata"({ client, bucket }) {
      const target = { Bucket: bucket, Key: "full" };
      const headers = {
        ContentType: "text/plain; charset=utf-8",
        CacheControl: "max-age=60",
        ContentDisposition: 'attachment; filename="a b.txt"',
        ContentEncoding: "identity",
        ContentLanguage: "en",
      };
      const put = await client.send(
        new PutObjectCommand({
          ...target,
          ...headers,
          Body: Buffer.from("hello"),
          Expires: new Date("2030-01-01T00:00:00Z"),
          Metadata: { Colour: "green" },
        }),
      );
      const etag = `"${createHash("md5").update("hello").digest("hex")}"`;
      expect(put.ETag).toBe(etag);
      const expected = {
        ...headers,
        AcceptRanges: "bytes",
        ContentLength: 5,
        ETag: etag,
        ExpiresString: "Tue, 01 Jan 2030 00:00:00 GMT",
        Metadata: { colour: "green" },
      };
      const got = await client.send(new GetObjectCommand(target));
      expect(got).toMatchObject(expected);
      expect(await got.Body?.transformToString()).toBe("hello");
      expect(Date.now() - Number(got.LastModified)).toBeLessThan(60_000);
      expect(await client.send(new HeadObjectCommand(target))).toMatchObject(expected);
    },

    async "keeps an empty body"({ client, bucket }) {
      const target = { Bucket: bucket, Key: "empty" };
      await client.send(new PutObjectCommand({ ...target, Body: Buffer.alloc(0) }));
      const got = await client.send(new GetObjectCommand(target));
      expect(got.ContentLength).toBe(0);
      expect(await got.Body?.transformToString()).toBe("");
    },

    async "keeps a stream of known length"({ client, bucket }) {
      const target = { Bucket: bucket, Key: "streamed" };
      const pieces = Array.from({ length: 6 }, () => Buffer.alloc(MEBIBYTE, "stream"));
      const whole = Buffer.concat(pieces);
      const put = await client.send(
        new PutObjectCommand({
          ...target,
          Body: Readable.from(pieces),
          ContentLength: whole.length,
        }),
      );
      expect(put.ETag).toBe(`"${createHash("md5").update(whole).digest("hex")}"`);
      const got = await client.send(new GetObjectCommand(target));
      const bytes = (await got.Body?.transformToByteArray()) ?? Buffer.alloc(0);
      expect(whole.equals(bytes)).toBe(true);
    },

    async "replaces the object with its headers and metadata"({ client, bucket }) {
      const target = { Bucket: bucket, Key: "replaced" };
      await client.send(
        new PutObjectCommand({ ...target, Body: "old", ContentType: "a/b", Metadata: { a: "b" } }),
      );
      await client.send(new PutObjectCommand({ ...target, Body: "newer", ContentType: "c/d" }));
      const got = await client.send(new GetObjectCommand(target));
      expect(got).toMatchObject({ ContentLength: 5, ContentType: "c/d" });
      expect(got.Metadata).toEqual({});
      expect(await got.Body?.transformToString()).toBe("newer");
    },

    async "into a missing bucket is NoSuchBucket"({ client, bucket }) {
      const put = new PutObjectCommand({ Bucket: `${bucket}-no`, Key: "a", Body: "x" });
      await expect(client.send(put)).rejects.toMatchObject({ name: "NoSuchBucket" });
    },
  },
};
