import {
  CopyObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { expect } from "expect";

import { type CheckGroup, SDK_DIALECTS } from "../check.js";
import { type Subject } from "../subject.js";

const SOURCE = "a source/ü+&%20.txt";

async function putSource({ client, bucket }: Subject): Promise<string | undefined> {
  const { ETag } = await client.send(
    new PutObjectCommand({
      Bucket: bucket,
      Key: SOURCE,
      Body: "content",
      ContentType: "text/plain",
      Metadata: { a: "b" },
    }),
  );
  return ETag;
}

function copy({ client, bucket }: Subject, input: object = {}) {
  return client.send(
    new CopyObjectCommand({
      Bucket: bucket,
      Key: "copy",
      CopySource: `${bucket}/${encodeURIComponent(SOURCE)}`,
      ...input,
    }),
  );
}

function head({ client, bucket }: Subject) {
  return client.send(new HeadObjectCommand({ Bucket: bucket, Key: "copy" }));
}

export const copyObject: CheckGroup = {
  name: "CopyObject",
  dialects: SDK_DIALECTS,
  checks: {
    async "copies bytes, headers and metadata"(s3) {
      const etag = await putSource(s3);
      const reply = await copy(s3);
      expect(reply.CopyObjectResult?.ETag?.replaceAll('"', "")).toBe(etag?.replaceAll('"', ""));
      expect(await head(s3)).toMatchObject({ ContentType: "text/plain", Metadata: { a: "b" } });
      const got = await s3.client.send(new GetObjectCommand({ Bucket: s3.bucket, Key: "copy" }));
      expect(await got.Body?.transformToString()).toBe("content");
    },

    async "replaces headers and metadata when told to"(s3) {
      await putSource(s3);
      await copy(s3, {
        MetadataDirective: "REPLACE",
        ContentType: "text/html",
        Metadata: { c: "d" },
      });
      const copied = await head(s3);
      expect(copied.ContentType).toBe("text/html");
      expect(copied.Metadata).toEqual({ c: "d" });
    },

    async "onto itself needs something to change"(s3) {
      await putSource(s3);
      await expect(copy(s3, { Key: SOURCE })).rejects.toMatchObject({ name: "InvalidRequest" });
      await copy(s3, { Key: SOURCE, MetadataDirective: "REPLACE", ContentType: "text/css" });
      const got = await s3.client.send(new GetObjectCommand({ Bucket: s3.bucket, Key: SOURCE }));
      expect(got.ContentType).toBe("text/css");
      expect(await got.Body?.transformToString()).toBe("content");
    },

    async "obeys conditions on its source"(s3) {
      const etag = await putSource(s3);
      for (const refused of [{ CopySourceIfMatch: '"x"' }, { CopySourceIfNoneMatch: etag }]) {
        await expect(copy(s3, refused)).rejects.toMatchObject({
          $metadata: { httpStatusCode: 412 },
        });
      }
      await expect(head(s3)).rejects.toMatchObject({ name: "NotFound" });
      await copy(s3, { CopySourceIfMatch: etag });
      expect((await head(s3)).ContentLength).toBe(7);
    },

    async "of a missing source is NoSuchKey"(s3) {
      const missing = copy(s3, { CopySource: `${s3.bucket}/missing` });
      await expect(missing).rejects.toMatchObject({ name: "NoSuchKey" });
    },
  },
};
