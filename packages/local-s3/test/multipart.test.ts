import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { sdkClient, send } from "@repo/s3-contract/requests";

import { BUCKET, startTestServer, type TestServer } from "./support/test-server.js";

const MEBIBYTE = 1024 * 1024;
const PART = Buffer.alloc(5 * MEBIBYTE, "part one ");
const TAIL = Buffer.from("the end");

describe("a multipart upload", () => {
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

  async function create(Key: string, input: object = {}) {
    const { UploadId = "" } = await client.send(
      new CreateMultipartUploadCommand({ Bucket: BUCKET, Key, ...input }),
    );
    return { Bucket: BUCKET, Key, UploadId };
  }

  type Upload = Awaited<ReturnType<typeof create>>;

  async function put(upload: Upload, PartNumber: number, Body: Buffer): Promise<CompletedPart> {
    const part = await client.send(new UploadPartCommand({ ...upload, PartNumber, Body }));
    return { ...part, PartNumber };
  }

  const complete = (upload: Upload, Parts: CompletedPart[], input: object = {}) =>
    client.send(
      new CompleteMultipartUploadCommand({ ...upload, ...input, MultipartUpload: { Parts } }),
    );

  async function read(Key: string): Promise<Buffer> {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
    return Buffer.from((await Body?.transformToByteArray()) ?? []);
  }

  it("is over once completed or aborted", async () => {
    const completed = await create("once");
    const part = await put(completed, 1, TAIL);
    await complete(completed, [part]);
    await expect(complete(completed, [part])).rejects.toMatchObject({
      name: "NoSuchUpload",
      $metadata: { httpStatusCode: 404 },
    });
    const aborted = await create("aborted");
    await put(aborted, 1, TAIL);
    await client.send(new AbortMultipartUploadCommand(aborted));
    for (const attempt of [
      put(aborted, 2, TAIL),
      complete(aborted, [part]),
      client.send(new AbortMultipartUploadCommand(aborted)),
      client.send(new ListPartsCommand(aborted)),
    ]) {
      await expect(attempt).rejects.toMatchObject({ name: "NoSuchUpload" });
    }
    await expect(read("aborted")).rejects.toMatchObject({ name: "NoSuchKey" });
  });

  it("has one winner among racing completions", async () => {
    const upload = await create("raced");
    const part = await put(upload, 1, TAIL);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 4 }, () => complete(upload, [part])),
    );
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  it("takes the latest version of a part, and only the parts that are named", async () => {
    const upload = await create("latest");
    const old = await put(upload, 1, PART);
    const part = await put(upload, 1, TAIL);
    await put(upload, 2, PART);
    await expect(complete(upload, [old])).rejects.toMatchObject({ name: "InvalidPart" });
    await complete(upload, [part]);
    expect((await read("latest")).toString()).toBe("the end");
  });

  it("refuses parts that are missing, misordered, repeated or too small", async () => {
    const upload = await create("refused");
    const one = await put(upload, 1, TAIL);
    const two = await put(upload, 2, TAIL);
    await expect(complete(upload, [{ ...one, PartNumber: 3 }])).rejects.toMatchObject({
      name: "InvalidPart",
    });
    for (const parts of [
      [two, one],
      [one, one],
    ]) {
      await expect(complete(upload, parts)).rejects.toMatchObject({ name: "InvalidPartOrder" });
    }
    await expect(complete(upload, [one, two])).rejects.toMatchObject({ name: "EntityTooSmall" });
    await expect(complete(upload, [])).rejects.toMatchObject({ name: "MalformedXML" });
  });

  it.each([0, 10_001])("has no part number %i", async (PartNumber) => {
    const upload = await create("numbers");
    await expect(put(upload, PartNumber, TAIL)).rejects.toMatchObject({
      name: "InvalidArgument",
    });
  });

  it("can be completed on condition that no object is there", async () => {
    await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: "taken", Body: "first" }));
    const upload = await create("taken");
    const part = await put(upload, 1, TAIL);
    await expect(complete(upload, [part], { IfNoneMatch: "*" })).rejects.toMatchObject({
      name: "PreconditionFailed",
    });
    expect((await read("taken")).toString()).toBe("first");
    await complete(upload, [part]);
    expect((await read("taken")).toString()).toBe("the end");
  });

  it("copies parts from objects", async () => {
    await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: "source", Body: PART }));
    const upload = await create("copied");
    const from = async (PartNumber: number, CopySourceRange?: string) => {
      const CopySource = `${BUCKET}/source`;
      const { CopyPartResult } = await client.send(
        new UploadPartCopyCommand({ ...upload, PartNumber, CopySource, CopySourceRange }),
      );
      return { ...CopyPartResult, PartNumber };
    };
    await complete(upload, [await from(1), await from(2, "bytes=5-7")]);
    const expected = Buffer.concat([PART, PART.subarray(5, 8)]);
    expect((await read("copied")).equals(expected)).toBe(true);
    const again = await create("copied");
    for (const range of ["bytes=5-", "bytes=0-99999999", "bytes=7-5"]) {
      await expect(
        client.send(
          new UploadPartCopyCommand({
            ...again,
            PartNumber: 1,
            CopySource: `${BUCKET}/source`,
            CopySourceRange: range,
          }),
        ),
      ).rejects.toMatchObject({ name: "InvalidArgument" });
    }
  });

  it("is listed with the other uploads under way, in pages", async () => {
    const made = [
      await create("uploads/a"),
      await create("uploads/b"),
      await create("uploads/b"),
      await create("uploads/c/d"),
    ];
    const found: (string | undefined)[] = [];
    let markers: { KeyMarker?: string; UploadIdMarker?: string } = {};
    for (;;) {
      const page = await client.send(
        new ListMultipartUploadsCommand({
          Bucket: BUCKET,
          Prefix: "uploads/",
          MaxUploads: 1,
          ...markers,
        }),
      );
      found.push(...(page.Uploads ?? []).map(({ UploadId }) => UploadId));
      if (page.IsTruncated !== true) break;
      markers = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker };
    }
    expect(found.toSorted()).toEqual(made.map(({ UploadId }) => UploadId).toSorted());
    const grouped = await client.send(
      new ListMultipartUploadsCommand({ Bucket: BUCKET, Prefix: "uploads/", Delimiter: "/" }),
    );
    expect(grouped.Uploads?.map(({ Key }) => Key)).toEqual(["uploads/a", "uploads/b", "uploads/b"]);
    expect(grouped.CommonPrefixes).toEqual([{ Prefix: "uploads/c/" }]);
  });

  it("is completed only if the object has the checksum that the client says", async () => {
    const settings = { ChecksumAlgorithm: "CRC64NVME", ChecksumType: "FULL_OBJECT" };
    const upload = await create("checked", settings);
    const first = await client.send(
      new UploadPartCommand({
        ...upload,
        PartNumber: 1,
        Body: TAIL,
        ChecksumAlgorithm: "CRC64NVME",
      }),
    );
    const parts = [{ ...first, PartNumber: 1 }];
    await expect(
      complete(upload, parts, { ChecksumCRC64NVME: "AAAAAAAAAAA=" }),
    ).rejects.toMatchObject({ name: "BadDigest" });
    const right = { ChecksumCRC64NVME: first.ChecksumCRC64NVME };
    expect(await complete(upload, parts, right)).toMatchObject(right);
  });

  it("refuses parts without the checksum that it was created for", async () => {
    const upload = await create("unchecked", { ChecksumAlgorithm: "SHA256" });
    await expect(
      client.send(
        new UploadPartCommand({
          ...upload,
          PartNumber: 1,
          Body: TAIL,
          ChecksumAlgorithm: "SHA1",
        }),
      ),
    ).rejects.toMatchObject({ name: "InvalidRequest" });
  });

  it.each([
    ["CRC32", "COMPOSITE", /-1$/],
    ["CRC32C", "FULL_OBJECT", /=$/],
    ["CRC64NVME", "FULL_OBJECT", /=$/],
    ["SHA256", "COMPOSITE", /-1$/],
  ] as const)("keeps a %s checksum of type %s", async (algorithm, type, pattern) => {
    const Key = `checksum-${algorithm}`;
    const upload = await create(Key, { ChecksumAlgorithm: algorithm, ChecksumType: type });
    const { ETag, ...sums } = await client.send(
      new UploadPartCommand({
        ...upload,
        PartNumber: 1,
        Body: TAIL,
        ChecksumAlgorithm: algorithm,
      }),
    );
    const name = `Checksum${algorithm}` as "ChecksumCRC32";
    const part = { PartNumber: 1, ETag, [name]: sums[name] };
    await expect(complete(upload, [{ ...part, [name]: "AAAA" }])).rejects.toMatchObject({
      name: "InvalidPart",
    });
    const reply = await complete(upload, [part]);
    expect(reply[name]).toMatch(pattern);
    const head = await client.send(
      new HeadObjectCommand({ Bucket: BUCKET, Key, ChecksumMode: "ENABLED" }),
    );
    expect(head[name]).toBe(reply[name]);
    expect(head.ChecksumType).toBe(type);
    if (type === "FULL_OBJECT") expect(reply[name]).toBe(sums[name]);
  });

  it("is refused a checksum of another kind than it was created with", async () => {
    const upload = await create("kinds", { ChecksumAlgorithm: "CRC32" });
    const parts = [await put(upload, 1, TAIL)];
    await expect(complete(upload, parts, { ChecksumSHA256: "x" })).rejects.toMatchObject({
      name: "InvalidRequest",
    });
    await expect(complete(upload, parts, { ChecksumType: "FULL_OBJECT" })).rejects.toMatchObject({
      name: "BadDigest",
    });
    const plain = sdkClient(server, { requestChecksumCalculation: "WHEN_REQUIRED" });
    const { UploadId } = await plain.send(
      new CreateMultipartUploadCommand({ Bucket: BUCKET, Key: "none" }),
    );
    plain.destroy();
    const none = { Bucket: BUCKET, Key: "none", UploadId: UploadId ?? "" };
    const part = [await put(none, 1, TAIL)];
    await expect(complete(none, part, { ChecksumCRC32: "AAAAAA==" })).rejects.toMatchObject({
      name: "InvalidRequest",
    });
    await complete(upload, parts, { ChecksumType: "COMPOSITE" });
    expect(await read("kinds")).toEqual(TAIL);
  });

  it("is not completed by a document with unknown elements", async () => {
    const upload = await create("elements");
    const { ETag } = await put(upload, 1, TAIL);
    const part = `<PartNumber>1</PartNumber><ETag>${ETag ?? ""}</ETag>`;
    for (const content of [`<Part>${part}<Size>7</Size></Part>`, `<Part>${part}</Part><X/>`]) {
      const reply = await send(server, {
        method: "POST",
        path: `/${BUCKET}/elements`,
        query: `uploadId=${upload.UploadId}`,
        body: `<CompleteMultipartUpload>${content}</CompleteMultipartUpload>`,
      });
      expect(reply).toMatchObject({ status: 400, code: "MalformedXML" });
    }
  });
});
