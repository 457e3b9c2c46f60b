import { describe, expect, it } from "@jest/globals";

import { S3Error, type S3Provider } from "../src/index.js";
import { all } from "./support/local-s3.js";
import { rejectionOf, testResources } from "./support/resources.js";
import { type Reply, respond, respondXml } from "./support/scripted-server.js";

const { scripted } = testResources();

const BODY = { body: Buffer.from("bytes"), byteLength: 5 };
const PUT = { ...BODY, key: "k", contentType: "image/png" };
const UPLOAD = { key: "k", uploadId: "u" };
const PAGE = "<html><body><p>Sign in to this network</p></body></html>";

/** What has come with a 200 in place of the document of S3. */
const NO_DOCUMENTS = [
  ["nothing", ""],
  ["an error behind a line break", "\n<Error><Code>InternalError</Code></Error>\n"],
  ["a web page", PAGE],
  ["a web page that is no XML", "<!doctype html><html><br>Sign in</html>"],
  ["text", "OK"],
  ["another document", "<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>"],
] as const;

describe.each(NO_DOCUMENTS)("a 200 with %s", (_name, text) => {
  it.each<[string, (s3: S3Provider) => Promise<unknown>]>([
    ["list", (s3) => all(s3.list())],
    ["listMultipartUploads", (s3) => all(s3.listMultipartUploads())],
    ["listParts", (s3) => s3.listParts(UPLOAD)],
    ["listVersions", (s3) => all(s3.versions.list())],
    ["versioning", (s3) => s3.versions.status()],
    ["objectLock", (s3) => s3.versions.hasObjectLock()],
  ])("is no answer to %s", async (operation, call) => {
    const { s3 } = await scripted([respond(200, {}, text)], { maxAttempts: 1 });

    expect(await rejectionOf(call(s3))).toMatchObject({
      code: "s3_unexpected",
      operation,
      outcome: "not_applied",
    });
  });

  it("makes no ETag of a copy or of an upload in parts", async () => {
    const { s3 } = await scripted([respond(200, {}, text)], { maxAttempts: 1 });
    const parts = [{ partNumber: 1, etag: '"p"' }];
    const etags = [
      s3.copy({ sourceKey: "k", targetKey: "t" }),
      s3.completeMultipartUpload(UPLOAD, parts),
    ].map(async (written) => (await written).etag);

    for (const etag of etags) {
      // What is no XML at all the SDK refuses itself.
      const outcome = await etag.catch((error: unknown) => (error as S3Error).outcome);
      expect([undefined, "unknown"]).toContain(outcome);
    }
  });

  it("deletes no key of many", async () => {
    const { s3 } = await scripted([respond(200, {}, text)], { maxAttempts: 1 });

    await expect(s3.deleteMany(["a"])).resolves.toMatchObject({
      deleted: [],
      failed: [{ key: "a", error: { outcome: "unknown" } }],
    });
  });
});

describe("a listing of another kind", () => {
  const of = (name: string, content: string): Reply =>
    respondXml(`<${name}><IsTruncated>false</IsTruncated>${content}</${name}>`);
  const objects = of("ListBucketResult", "<Name>media</Name>");
  const uploads = of("ListMultipartUploadsResult", "<Bucket>media</Bucket>");

  it.each<[string, Reply, (s3: S3Provider) => Promise<unknown>]>([
    ["objects", uploads, (s3) => all(s3.list())],
    ["multipart uploads", objects, (s3) => all(s3.listMultipartUploads())],
    ["parts", objects, (s3) => s3.listParts(UPLOAD)],
    ["versions", objects, (s3) => all(s3.versions.list())],
  ])("is no listing of %s", async (_name, reply, call) => {
    const { s3 } = await scripted([reply]);

    expect(await rejectionOf(call(s3))).toMatchObject({ code: "s3_unexpected" });
  });
});

describe("a listing that does not say whether there is more", () => {
  it.each<[string, string, (s3: S3Provider) => Promise<unknown>]>([
    ["objects", "<Name>media</Name>", (s3) => all(s3.list())],
    ["multipart uploads", "<Bucket>media</Bucket>", (s3) => all(s3.listMultipartUploads())],
    ["parts", "<UploadId>u</UploadId>", (s3) => s3.listParts(UPLOAD)],
  ])("is no listing of %s", async (_name, content, call) => {
    const { s3 } = await scripted([respondXml(`<Result>${content}</Result>`)]);

    expect(await rejectionOf(call(s3))).toMatchObject({ code: "s3_unexpected" });
  });
});

describe("a web page with an ETag", () => {
  const page = respond(200, { "content-type": "text/html", etag: '"5f3c-264"' }, PAGE);
  const streamed: Reply = (request, response) => {
    request.resume().once("end", () => {
      response.writeHead(200, { etag: '"5f3c-264"' });
      response.flushHeaders();
      response.end(PAGE);
    });
  };
  const sha256 = Buffer.alloc(32);

  it.each<[string, (s3: S3Provider) => Promise<unknown>]>([
    ["put", (s3) => s3.put(PUT)],
    ["put", (s3) => s3.put({ ...PUT, sha256 })],
    ["uploadPart", (s3) => s3.uploadPart(UPLOAD, { ...BODY, partNumber: 1 })],
    ["delete", (s3) => s3.delete("k")],
    ["abortMultipartUpload", (s3) => s3.abortMultipartUpload(UPLOAD)],
    ["deleteVersion", (s3) => s3.versions.delete({ key: "k", versionId: "v" })],
  ])("is no answer to %s", async (operation, call) => {
    for (const reply of [page, streamed]) {
      const { s3, server } = await scripted([reply]);

      const error = await rejectionOf(call(s3));

      expect(error).toBeInstanceOf(S3Error);
      expect(error).toMatchObject({ code: "s3_unexpected", operation, outcome: "unknown" });
      expect(server.seen).toHaveLength(1);
    }
  });

  it("is no range of an object", async () => {
    const { s3 } = await scripted([page]);

    const error = await rejectionOf(s3.get("k", { range: { start: 0, end: 8_000_000 } }));

    expect(error).toMatchObject({ code: "s3_unexpected" });
  });

  it("is not the object that has another ETag", async () => {
    const { s3 } = await scripted([page]);

    const error = await rejectionOf(s3.get("k", { ifMatch: '"e"' }));

    expect(error).toMatchObject({ code: "s3_unexpected" });
  });
});

describe("a web page that says 404", () => {
  it.each<[string, (s3: S3Provider) => Promise<unknown>]>([
    ["object", (s3) => s3.delete("k")],
    ["multipart upload", (s3) => s3.abortMultipartUpload(UPLOAD)],
    ["version", (s3) => s3.versions.delete({ key: "k", versionId: "v" })],
  ])("is no proof that there is no such %s", async (_name, call) => {
    const { s3 } = await scripted([respond(404, { "content-type": "text/html" }, PAGE)]);

    await expect(call(s3)).rejects.toMatchObject({ code: "s3_not_found" });
  });
});

describe("an answer without a body", () => {
  const chunked: Reply = (request, response) => {
    request.resume().once("end", () => {
      response.writeHead(200, { etag: '"e"', "transfer-encoding": "chunked" }).end();
    });
  };

  it.each([
    ["with a length", respond(200, { etag: '"e"' })],
    ["in chunks", chunked],
    ["as 204", respond(204, { etag: '"e"' })],
  ])("is a success, sent %s", async (_name, reply) => {
    const { s3, server } = await scripted([reply]);

    await expect(s3.put(PUT)).resolves.toMatchObject({ etag: '"e"' });
    await s3.put({ ...PUT, sha256: Buffer.alloc(32) });
    await s3.uploadPart(UPLOAD, { ...BODY, partNumber: 1 });
    await s3.delete("k");
    await s3.abortMultipartUpload(UPLOAD);

    expect(server.seen).toHaveLength(5);
  });
});
