import { createHash } from "node:crypto";
import { Readable } from "node:stream";

import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { describe, expect, it } from "@jest/globals";

import { S3Provider, type S3RequestOptions } from "../src/index.js";
import { all } from "./support/local-s3.js";
import { connection, rejectionOf, testResources } from "./support/resources.js";
import { type Reply, respond, respondXml, type SeenRequest } from "./support/scripted-server.js";

const { defer, provider, scripted } = testResources();

const REQUESTS = {
  ACL: "bucket-owner-full-control",
  BucketKeyEnabled: true,
  ExpectedBucketOwner: "111122223333",
  RequestPayer: "requester",
  ServerSideEncryption: "aws:kms",
  SSEKMSEncryptionContext: "e30=",
  SSEKMSKeyId: "arn:aws:kms:us-east-1:111122223333:key/k",
  StorageClass: "STANDARD_IA",
  Tagging: "team=media&stage=a%26b",
} as const satisfies S3RequestOptions;

const EVERYWHERE = {
  "x-amz-expected-bucket-owner": "111122223333",
  "x-amz-request-payer": "requester",
};
const WRITE = {
  ...EVERYWHERE,
  "x-amz-acl": "bucket-owner-full-control",
  "x-amz-server-side-encryption": "aws:kms",
  "x-amz-server-side-encryption-aws-kms-key-id": "arn:aws:kms:us-east-1:111122223333:key/k",
  "x-amz-server-side-encryption-bucket-key-enabled": "true",
  "x-amz-server-side-encryption-context": "e30=",
  "x-amz-storage-class": "STANDARD_IA",
  "x-amz-tagging": "team=media&stage=a%26b",
};
const COPY = {
  ...WRITE,
  "x-amz-copy-source": "media/s",
  "x-amz-source-expected-bucket-owner": "111122223333",
  "x-amz-tagging-directive": "REPLACE",
};

const BODY = Buffer.from("bytes");
const SHA256 = createHash("sha256").update(BODY).digest();
const MD5 = createHash("md5").update(BODY).digest("base64");
const PUT = { key: "k", body: BODY, byteLength: 5, contentType: "image/png" };
const UPLOAD = { key: "k", uploadId: "u" };
const PART = { partNumber: 1, etag: '"p"' };

const STORED = respond(200, { etag: '"e"' });
const LISTED = "<IsTruncated>false</IsTruncated><Name>media</Name>";
const FACTS = { etag: '"e"', "last-modified": "Tue, 01 Oct 2024 00:00:00 GMT" };

type Call = (s3: S3Provider) => Promise<unknown>;
/** Every call that sends a request, what answers it, and the headers that it has to have. */
const CALLS: readonly [string, Call, Reply, Record<string, string>][] = [
  ["put of bytes", (s3) => s3.put(PUT), STORED, WRITE],
  ["put of bytes, the short way", (s3) => s3.put({ ...PUT, sha256: SHA256 }), STORED, WRITE],
  ["put of a stream", (s3) => s3.put({ ...PUT, body: Readable.from([BODY]) }), STORED, WRITE],
  [
    "createMultipartUpload",
    (s3) => s3.createMultipartUpload(PUT),
    respondXml(
      "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>",
    ),
    WRITE,
  ],
  ["uploadPart", (s3) => s3.uploadPart(UPLOAD, { partNumber: 1, body: BODY }), STORED, EVERYWHERE],
  [
    "completeMultipartUpload",
    (s3) => s3.completeMultipartUpload(UPLOAD, [PART]),
    respondXml(
      '<CompleteMultipartUploadResult><Bucket>media</Bucket><Key>k</Key><ETag>"e"</ETag></CompleteMultipartUploadResult>',
    ),
    EVERYWHERE,
  ],
  ["abortMultipartUpload", (s3) => s3.abortMultipartUpload(UPLOAD), respond(204), EVERYWHERE],
  [
    "listMultipartUploads",
    (s3) => all(s3.listMultipartUploads()),
    respondXml(
      `<ListMultipartUploadsResult><Bucket>media</Bucket>${LISTED}</ListMultipartUploadsResult>`,
    ),
    EVERYWHERE,
  ],
  [
    "listParts",
    (s3) => s3.listParts(UPLOAD),
    respondXml(`<ListPartsResult><UploadId>u</UploadId>${LISTED}</ListPartsResult>`),
    EVERYWHERE,
  ],
  [
    "list",
    (s3) => all(s3.list()),
    respondXml(`<ListBucketResult>${LISTED}</ListBucketResult>`),
    EVERYWHERE,
  ],
  [
    "get",
    async (s3) => {
      const { body } = await s3.get("k");
      body.destroy();
    },
    respond(200, FACTS, "bytes"),
    EVERYWHERE,
  ],
  ["head", (s3) => s3.head("k"), respond(200, FACTS), EVERYWHERE],
  ["delete", (s3) => s3.delete("k"), respond(204), EVERYWHERE],
  [
    "deleteMany",
    (s3) => s3.deleteMany(["k"]),
    respondXml("<DeleteResult><Deleted><Key>k</Key></Deleted></DeleteResult>"),
    EVERYWHERE,
  ],
  [
    "copy",
    (s3) => s3.copy({ sourceKey: "s", targetKey: "k" }),
    respondXml('<CopyObjectResult><ETag>"e"</ETag></CopyObjectResult>'),
    COPY,
  ],
  [
    "ensureBucket",
    (s3) => s3.ensureBucket(),
    respond(200),
    { "x-amz-expected-bucket-owner": "111122223333" },
  ],
];

/** The headers of S3 that are about neither the signature nor the body. */
function rulesIn({ headers }: SeenRequest): Record<string, unknown> {
  const ofTheCall = /^x-amz-(?:date|content-sha256|user-agent|checksum-.*|sdk-.*)$/;
  const names = Object.keys(headers).filter(
    (name) => name.startsWith("x-amz-") && !ofTheCall.test(name),
  );
  return Object.fromEntries(names.map((name) => [name, headers[name]]));
}

function signedHeaders({ headers }: SeenRequest): string[] {
  return /SignedHeaders=([^,]*)/.exec(String(headers["authorization"]))?.[1]?.split(";") ?? [];
}

describe("what the bucket demands", () => {
  it.each(CALLS)("goes with %s, signed", async (_name, call, reply, expected) => {
    const { s3, server } = await scripted([reply], {}, REQUESTS);

    await call(s3);

    expect(server.seen).toHaveLength(1);
    const [seen] = server.seen as [SeenRequest];
    expect(rulesIn(seen)).toEqual(expected);
    expect(signedHeaders(seen)).toEqual(expect.arrayContaining(Object.keys(expected)));
  });

  it.each(CALLS)("goes with no %s where there is none", async (_name, call, reply, expected) => {
    const { s3, server } = await scripted([reply]);

    await call(s3);

    const [seen] = server.seen as [SeenRequest];
    expect(rulesIn(seen)).toEqual(expected === COPY ? { "x-amz-copy-source": "media/s" } : {});
  });

  it("goes with each attempt", async () => {
    const replies = [respond(503), STORED];
    const { s3, server } = await scripted(replies, {}, REQUESTS);

    await s3.put({ ...PUT, sha256: SHA256 });

    expect(server.seen.map(rulesIn)).toEqual([WRITE, WRITE]);
  });

  it("goes with a client that was passed in", async () => {
    const { server } = await scripted([STORED]);
    const client = new S3Client({
      ...connection(server.endpoint),
      requestChecksumCalculation: "WHEN_REQUIRED",
    });
    defer(() => {
      client.destroy();
    });

    await new S3Provider({ bucket: "media", client, requests: REQUESTS }).put(PUT);

    expect(server.seen.map(rulesIn)).toEqual([WRITE]);
  });
});

describe("of presigned requests, what the bucket demands", () => {
  const ENDPOINT = "http://s3.test:9000";

  it("is in the headers of a PUT, signed", async () => {
    const s3 = provider(ENDPOINT, {}, REQUESTS);

    const { url, headers } = await s3.presignPut("k", { ...PUT, expiresIn: 60 });

    expect(headers).toEqual({ ...WRITE, "content-length": "5", "content-type": "image/png" });
    const signed = new URL(url).searchParams.get("X-Amz-SignedHeaders")?.split(";");
    expect(signed).toEqual([...Object.keys(headers), "host"].sort());
  });

  it("is in the headers of a part, as far as it concerns parts", async () => {
    const s3 = provider(ENDPOINT, {}, REQUESTS);
    const part = { partNumber: 1, byteLength: 5, contentMd5: MD5, expiresIn: 60 };

    const { url, headers } = await s3.presignPart(UPLOAD, part);

    expect(headers).toEqual({ ...EVERYWHERE, "content-length": "5", "content-md5": MD5 });
    const signed = new URL(url).searchParams.get("X-Amz-SignedHeaders")?.split(";");
    expect(signed).toEqual([...Object.keys(headers), "host"].sort());
  });

  it("is in the query of a GET, as getSignedUrl has it", async () => {
    const s3 = provider(ENDPOINT, {}, REQUESTS);
    const client = new S3Client({
      ...connection(ENDPOINT),
      requestChecksumCalculation: "WHEN_REQUIRED",
      responseChecksumValidation: "WHEN_REQUIRED",
    });
    defer(() => {
      client.destroy();
    });
    const { ExpectedBucketOwner, RequestPayer } = REQUESTS;
    const input = { Bucket: "media", Key: "k", ExpectedBucketOwner, RequestPayer };

    const { url } = await s3.presignGet("k", { expiresIn: 60 });

    const { searchParams } = new URL(url);
    const date = searchParams.get("X-Amz-Date") ?? "";
    const signingDate = new Date(date.replace(/^(....)(..)(..T..)(..)(..Z)$/, "$1-$2-$3:$4:$5"));
    expect(Object.fromEntries(searchParams)).toMatchObject(EVERYWHERE);
    expect(url).toBe(
      await getSignedUrl(client, new GetObjectCommand(input), { expiresIn: 60, signingDate }),
    );
  });

  it("is in the fields of a form and in its policy", async () => {
    const s3 = provider(ENDPOINT, {}, REQUESTS);

    const form = await s3.presignPost("k", {
      expiresIn: 60,
      byteLength: { min: 1, max: 5 },
      contentType: "image/png",
    });

    const sameNames = Object.entries(WRITE).filter(([name]) => !/acl|tagging/.test(name));
    const expected = {
      ...Object.fromEntries(sameNames),
      acl: "bucket-owner-full-control",
      tagging:
        "<Tagging><TagSet><Tag><Key>team</Key><Value>media</Value></Tag><Tag><Key>stage</Key><Value>a&amp;b</Value></Tag></TagSet></Tagging>",
    };
    expect(form?.fields).toMatchObject(expected);
    const policy = JSON.parse(Buffer.from(form?.fields["policy"] ?? "", "base64").toString()) as {
      conditions: unknown[];
    };
    expect(policy.conditions).toEqual(
      expect.arrayContaining(Object.entries(expected).map(([name, value]) => ({ [name]: value }))),
    );
  });
});

describe("contentMd5", () => {
  it("leaves no form to offer, as a browser sends no digest with it", async () => {
    const s3 = provider("http://s3.test:9000", {}, { contentMd5: true });
    const options = { expiresIn: 60, byteLength: { min: 1, max: 5 }, contentType: "image/png" };
    expect(await s3.presignPost("k", options)).toBeUndefined();
  });

  it.each<[string, Call]>([
    ["bytes", (s3) => s3.put(PUT)],
    ["bytes, the short way", (s3) => s3.put({ ...PUT, sha256: SHA256 })],
    ["a part", (s3) => s3.uploadPart(UPLOAD, { partNumber: 1, body: BODY })],
  ])("sends the digest of %s, signed, with each attempt", async (_name, call) => {
    const { s3, server } = await scripted([respond(503), STORED], {}, { contentMd5: true });

    await call(s3);

    expect(server.seen.map(({ headers }) => headers["content-md5"])).toEqual([MD5, MD5]);
    for (const seen of server.seen) expect(signedHeaders(seen)).toContain("content-md5");
  });

  it("refuses a stream, destroys it, and sends nothing", async () => {
    const { s3, server } = await scripted([STORED], {}, { contentMd5: true });
    const body = Readable.from([BODY]);

    await expect(s3.put({ ...PUT, body })).rejects.toMatchObject({
      code: "s3_invalid_request",
      outcome: "not_applied",
    });

    expect(s3.needsParts).toBe(true);
    expect(body.destroyed).toBe(true);
    expect(server.seen).toEqual([]);
  });

  it("presigns no PUT without a digest", async () => {
    const s3 = provider("http://s3.test", {}, { contentMd5: true });
    const put = { expiresIn: 60, byteLength: 5, contentType: "image/png" };
    const part = { expiresIn: 60, byteLength: 5, partNumber: 1 };
    const refused = { code: "s3_invalid_request", outcome: "not_applied" };

    await expect(s3.presignPut("k", put)).rejects.toMatchObject(refused);
    await expect(s3.presignPart(UPLOAD, part)).rejects.toMatchObject(refused);
    const { headers } = await s3.presignPut("k", { ...put, contentMd5: MD5 });
    expect(headers).toMatchObject({ "content-md5": MD5 });
  });
});

describe("a field that cannot be sent", () => {
  it.each([
    [{ SSECustomerKey: "k" }, /SSE-C is not supported/],
    [{ SSECustomerAlgorithm: "AES256" }, /SSE-C is not supported/],
    [{ acl: "private" }, /unknown field "acl"; known are .*ACL/],
    [{ ["x".repeat(1_000)]: "" }, /^.{1,400}$/],
    [{ contentMd5: "false" }, /contentMd5 must be true or false, and came as string/],
    [{ ACL: "public-read" }, /ACL must be private, .*: others publish files/],
    [{ StorageClass: "GLACIER" }, /StorageClass must be one that is read at once/],
    [{ Tagging: "owner=Łukasz" }, /Tagging must be printable ASCII, and not empty/],
    [{ SSEKMSKeyId: "" }, /SSEKMSKeyId must be printable ASCII, and not empty/],
    [{ Tagging: { team: "media" } }, /Tagging must be a text or a boolean, and came as object/],
  ])("is refused at construction: %.40j", async (fields, message) => {
    const requests = fields as S3RequestOptions;

    const construction = Promise.resolve().then(() => provider("http://s3.test", {}, requests));
    const error = await rejectionOf(construction);

    expect(error).toMatchObject({ code: "s3_invalid_request", operation: "configure" });
    expect((error as Error).message).toMatch(message);
  });
});
