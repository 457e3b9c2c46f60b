import { createHash } from "node:crypto";

import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { expect } from "expect";

import { type CheckGroup, SDK_DIALECTS } from "../check.js";
import { type Subject } from "../subject.js";

const MEBIBYTE = 1024 * 1024;
const PART = Buffer.alloc(5 * MEBIBYTE, "part one ");
const TAIL = Buffer.from("the end");

/** An upload under way, with the requests that belong to it. */
export class Upload {
  private constructor(
    private readonly s3: Subject,
    readonly target: { Bucket: string; Key: string; UploadId: string },
  ) {}

  static async create(s3: Subject, Key: string, input: object = {}): Promise<Upload> {
    const target = { Bucket: s3.bucket, Key };
    const { UploadId = "" } = await s3.client.send(
      new CreateMultipartUploadCommand({ ...target, ...input }),
    );
    return new Upload(s3, { ...target, UploadId });
  }

  async put(PartNumber: number, Body: Buffer): Promise<CompletedPart> {
    const part = await this.s3.client.send(
      new UploadPartCommand({ ...this.target, PartNumber, Body }),
    );
    return { ...part, PartNumber };
  }

  complete(Parts: CompletedPart[]) {
    return this.s3.client.send(
      new CompleteMultipartUploadCommand({ ...this.target, MultipartUpload: { Parts } }),
    );
  }

  abort() {
    return this.s3.client.send(new AbortMultipartUploadCommand(this.target));
  }

  list(input: object = {}) {
    return this.s3.client.send(new ListPartsCommand({ ...this.target, ...input }));
  }
}

function md5(data: Buffer): Buffer {
  return createHash("md5").update(data).digest();
}

async function read({ client, bucket }: Subject, Key: string): Promise<Buffer> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key }));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
}

export const multipartUpload: CheckGroup = {
  name: "a multipart upload",
  dialects: SDK_DIALECTS,
  checks: {
    async "becomes one object, with the headers that it was created with, when it is completed"(
      s3,
    ) {
      const headers = { ContentType: "audio/flac", Metadata: { a: "b" } };
      const upload = await Upload.create(s3, "joined", headers);
      const last = await upload.put(7, TAIL);
      const first = await upload.put(2, PART);
      await expect(read(s3, "joined")).rejects.toMatchObject({ name: "NoSuchKey" });
      expect(await s3.keys()).toEqual([]);
      await upload.complete([first, last]);
      expect((await read(s3, "joined")).equals(Buffer.concat([PART, TAIL]))).toBe(true);
      const target = { Bucket: s3.bucket, Key: "joined" };
      const head = await s3.client.send(new HeadObjectCommand(target));
      const etag = md5(Buffer.concat([md5(PART), md5(TAIL)])).toString("hex");
      expect(head).toMatchObject({ ...headers, ETag: `"${etag}-2"` });
    },

    async "is answered with the ETag of its object"(s3) {
      const upload = await Upload.create(s3, "etag");
      const part = await upload.put(1, TAIL);
      const { ETag } = await upload.complete([part]);
      expect(ETag).toBe(`"${md5(md5(TAIL)).toString("hex")}-1"`);
    },

    // S3 documents 404, yet answers 200 for a while so that a lost answer can be asked for again.
    async "that is completed twice is the same object still"(s3) {
      const upload = await Upload.create(s3, "twice");
      const part = await upload.put(1, TAIL);
      await upload.complete([part]);
      const again = await upload.complete([part]).then(
        () => "completed",
        (error: unknown) => (error as Error).name,
      );
      expect(["completed", "NoSuchUpload"]).toContain(again);
      expect((await read(s3, "twice")).toString()).toBe("the end");
    },

    async "that is completed again after its object was deleted makes no object"(s3) {
      const upload = await Upload.create(s3, "deleted");
      const part = await upload.put(1, TAIL);
      await upload.complete([part]);
      const { Bucket, Key } = upload.target;
      await s3.client.send(new DeleteObjectCommand({ Bucket, Key }));
      await upload.complete([part]).catch(() => undefined);
      expect(await s3.keys()).toEqual([]);
    },

    async "is over once it is aborted, and leaves nothing"(s3) {
      const upload = await Upload.create(s3, "aborted");
      await upload.put(1, TAIL);
      await upload.abort();
      await expect(upload.put(2, TAIL)).rejects.toMatchObject({ name: "NoSuchUpload" });
      await expect(upload.abort()).rejects.toMatchObject({ name: "NoSuchUpload" });
      await expect(read(s3, "aborted")).rejects.toMatchObject({ name: "NoSuchKey" });
      const input = { Bucket: s3.bucket };
      const { Uploads = [] } = await s3.client.send(new ListMultipartUploadsCommand(input));
      expect(Uploads).toEqual([]);
    },

    async "is NoSuchUpload to those who list or complete it once it is aborted"(s3) {
      const upload = await Upload.create(s3, "aborted");
      const part = await upload.put(1, TAIL);
      await upload.abort();
      await expect(upload.list()).rejects.toMatchObject({ name: "NoSuchUpload" });
      await expect(upload.complete([part])).rejects.toMatchObject({ name: "NoSuchUpload" });
      expect(await s3.keys()).toEqual([]);
    },

    async "takes the latest version of a part"(s3) {
      const upload = await Upload.create(s3, "latest");
      const old = await upload.put(1, PART);
      const part = await upload.put(1, TAIL);
      await expect(upload.complete([old])).rejects.toMatchObject({ name: "InvalidPart" });
      await upload.complete([part]);
      expect((await read(s3, "latest")).toString()).toBe("the end");
    },

    async "refuses parts that are missing or too small, or no parts"(s3) {
      const upload = await Upload.create(s3, "refused");
      const one = await upload.put(1, TAIL);
      const two = await upload.put(2, TAIL);
      const missing = upload.complete([{ ...one, PartNumber: 3 }]);
      await expect(missing).rejects.toMatchObject({ name: "InvalidPart" });
      const small = upload.complete([one, two]);
      await expect(small).rejects.toMatchObject({ name: "EntityTooSmall" });
      await expect(upload.complete([])).rejects.toMatchObject({ name: "MalformedXML" });
      expect(await s3.keys()).toEqual([]);
    },

    async "belongs to its key"(s3) {
      const { target } = await Upload.create(s3, "mine");
      const other = { ...target, Key: "yours", PartNumber: 1, Body: TAIL };
      const attempt = s3.client.send(new UploadPartCommand(other));
      await expect(attempt).rejects.toMatchObject({ name: "NoSuchUpload" });
    },

    async "lists its parts in pages"(s3) {
      const upload = await Upload.create(s3, "listed");
      for (const number of [10, 2, 33]) await upload.put(number, TAIL);
      const first = await upload.list({ MaxParts: 2 });
      expect(first.Parts).toMatchObject([
        { PartNumber: 2, Size: 7 },
        { PartNumber: 10, Size: 7 },
      ]);
      expect(first).toMatchObject({ IsTruncated: true, NextPartNumberMarker: "10" });
      const second = await upload.list({ PartNumberMarker: first.NextPartNumberMarker });
      expect(second.Parts?.map(({ PartNumber }) => PartNumber)).toEqual([33]);
      expect(second.IsTruncated).toBe(false);
    },

    async "is listed with the others under way, in pages"(s3) {
      const made: string[] = [];
      for (const key of ["up/a", "up/b", "up/b", "up/c", "other"]) {
        const { target } = await Upload.create(s3, key);
        if (key !== "other") made.push(target.UploadId);
      }
      const found: (string | undefined)[] = [];
      let markers: { KeyMarker?: string | undefined; UploadIdMarker?: string | undefined } = {};
      for (;;) {
        const input = { Bucket: s3.bucket, Prefix: "up/", MaxUploads: 1, ...markers };
        const page = await s3.client.send(new ListMultipartUploadsCommand(input));
        found.push(...(page.Uploads ?? []).map(({ UploadId }) => UploadId));
        expect(found.length).toBeLessThanOrEqual(made.length);
        if (page.IsTruncated !== true) break;
        markers = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker };
      }
      expect(found.toSorted()).toEqual(made.toSorted());
    },
  },
};

export const largeUpload: CheckGroup = {
  name: "a multipart upload of 100 MB",
  dialects: ["sdk-when-required"],
  checks: {
    async "comes back byte for byte"(s3) {
      const upload = await Upload.create(s3, "large");
      const part = Buffer.alloc(10_000_000);
      const sent = createHash("sha256");
      const parts: CompletedPart[] = [];
      for (let number = 1; number <= 10; number++) {
        part.fill(`${number} `);
        sent.update(part);
        parts.push(await upload.put(number, part));
      }
      await upload.complete(parts);
      const target = { Bucket: s3.bucket, Key: "large" };
      const { Body, ContentLength } = await s3.client.send(new GetObjectCommand(target));
      expect(ContentLength).toBe(100_000_000);
      const got = createHash("sha256");
      for await (const chunk of Body as AsyncIterable<Buffer>) got.update(chunk);
      expect(got.digest("hex")).toBe(sent.digest("hex"));
    },
  },
};
