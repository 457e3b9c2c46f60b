import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { send, sendRaw } from "@repo/s3-contract/requests";

import { BUCKET, startTestServer, type TestServer } from "./support/test-server.js";

const OBJECT = `/${BUCKET}/object`;

describe("what this server does not do", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
    await send(server, { method: "PUT", path: OBJECT, body: "untouched" });
  });
  afterAll(() => server.stop());

  it.each([
    ["PUT", OBJECT, "acl="],
    ["PUT", OBJECT, "tagging="],
    ["DELETE", OBJECT, "tagging="],
    ["PUT", OBJECT, "retention="],
    ["PUT", OBJECT, "legal-hold="],
    ["POST", OBJECT, "restore="],
    ["POST", OBJECT, "select=&select-type=2"],
    ["GET", OBJECT, "attributes="],
    ["GET", OBJECT, "versionId=null"],
    ["DELETE", OBJECT, "versionId=null"],
    ["GET", OBJECT, "partNumber=1"],
    ["GET", OBJECT, "torrent="],
    ["PUT", OBJECT, "partNumber=1"],
    ["PUT", OBJECT, "invented="],
    ["PUT", OBJECT, "x-amz-acl=private"],
    ["PUT", OBJECT, "content-type=text%2Fhtml"],
    ["PATCH", OBJECT, ""],
    ["POST", OBJECT, ""],
    ["PUT", `/${BUCKET}`, "versioning="],
    ["GET", `/${BUCKET}`, "versions="],
    ["PUT", `/${BUCKET}`, "policy="],
    ["DELETE", `/${BUCKET}`, "policy="],
    ["PUT", `/${BUCKET}`, "encryption="],
    ["GET", `/${BUCKET}`, "list-type=3"],
    ["DELETE", "/", ""],
  ])("%s %s?%s is answered 501", async (method, path, query) => {
    const reply = await send(server, { method, path, query, body: "" });
    expect(reply).toMatchObject({ status: 501, code: "NotImplemented" });
  });

  it.each([
    ["x-amz-acl", "public-read"],
    ["x-amz-grant-read", "id=x"],
    ["x-amz-tagging", "a=b"],
    ["x-amz-server-side-encryption", "AES256"],
    ["x-amz-server-side-encryption-customer-algorithm", "AES256"],
    ["x-amz-storage-class", "GLACIER"],
    ["x-amz-object-lock-mode", "GOVERNANCE"],
    ["x-amz-website-redirect-location", "/x"],
    ["x-amz-expected-bucket-owner", "111122223333"],
    ["x-amz-write-offset-bytes", "9"],
    ["x-amz-invented", "x"],
  ])("the header %s: %s is answered 501", async (name, value) => {
    const headers = { [name]: value };
    const reply = await send(server, { method: "PUT", path: OBJECT, headers, body: "changed" });
    expect(reply).toMatchObject({ status: 501, code: "NotImplemented" });
    expect((await send(server, { method: "GET", path: OBJECT })).text).toBe("untouched");
  });

  const PART = "partNumber=1&uploadId=x";
  const COPY = { "x-amz-copy-source": OBJECT };

  it.each<[string, string, string, Record<string, string>]>([
    ["PUT", OBJECT, "", { "x-amz-copy-source-if-match": "x" }],
    ["PUT", OBJECT, "", { "x-amz-copy-source-range": "bytes=0-1" }],
    ["PUT", OBJECT, "", { "x-amz-metadata-directive": "REPLACE" }],
    ["PUT", OBJECT, "", { "if-modified-since": "Mon, 01 Jan 2035 00:00:00 GMT" }],
    ["PUT", OBJECT, "", { ...COPY, "x-amz-copy-source-range": "bytes=0-1" }],
    ["PUT", OBJECT, "", { ...COPY, "x-amz-checksum-crc32": "AAAAAA==" }],
    ["PUT", OBJECT, "", { ...COPY, "x-amz-tagging-directive": "REPLACE" }],
    ["GET", OBJECT, "", { "x-amz-meta-a": "b" }],
    ["GET", OBJECT, "", { "x-amz-acl": "private" }],
    ["GET", OBJECT, "", { "x-amz-checksum-crc32": "AAAAAA==" }],
    ["HEAD", OBJECT, "", { "x-amz-copy-source-if-match": "x" }],
    ["DELETE", OBJECT, "", { "if-none-match": "*" }],
    ["DELETE", OBJECT, "", { "if-unmodified-since": "Mon, 01 Jan 2035 00:00:00 GMT" }],
    ["DELETE", OBJECT, "", { "x-amz-if-match-size": "9" }],
    ["DELETE", OBJECT, "", { "x-amz-if-match-last-modified-time": "x" }],
    ["POST", OBJECT, "uploads=", { "if-none-match": "*" }],
    ["POST", OBJECT, "uploads=", { "x-amz-checksum-crc32": "AAAAAA==" }],
    ["PUT", OBJECT, PART, { "if-none-match": "*" }],
    ["PUT", OBJECT, PART, { "x-amz-meta-a": "b" }],
    ["PUT", OBJECT, PART, { ...COPY, "if-match": "x" }],
    ["POST", OBJECT, "uploadId=x", { "x-amz-meta-a": "b" }],
    ["POST", OBJECT, "uploadId=x", { "x-amz-mp-object-size": "9" }],
    ["DELETE", OBJECT, "uploadId=x", { "x-amz-if-match-initiated-time": "x" }],
    ["GET", OBJECT, "uploadId=x", { "if-match": "x" }],
    ["GET", `/${BUCKET}`, "list-type=2", { "if-match": "x" }],
    ["GET", `/${BUCKET}`, "list-type=2", { "x-amz-optional-object-attributes": "RestoreStatus" }],
    ["POST", `/${BUCKET}`, "delete=", { "if-match": "x" }],
    ["PUT", `/${BUCKET}`, "", { "x-amz-acl": "bucket-owner-full-control" }],
    ["PUT", `/${BUCKET}`, "", { "x-amz-bucket-object-lock-enabled": "true" }],
    ["HEAD", `/${BUCKET}`, "", { "x-amz-meta-a": "b" }],
    ["GET", "/", "", { "x-amz-checksum-mode": "ENABLED" }],
  ])("%s %s?%s takes no %j", async (method, path, query, headers) => {
    const reply = await send(server, { method, path, query, headers });
    expect(reply.status).toBe(501);
    if (method !== "HEAD") expect(reply.code).toBe("NotImplemented");
    expect((await send(server, { method: "GET", path: OBJECT })).text).toBe("untouched");
  });

  it("asks for a signature first", async () => {
    const reply = await sendRaw(server, { method: "PUT", path: OBJECT, query: "acl" });
    expect(reply).toMatchObject({ status: 403, code: "AccessDenied" });
  });

  it("accepts headers that ask for what happens anyway", async () => {
    const path = `/${BUCKET}/default`;
    for (const acl of ["private", "bucket-owner-full-control"]) {
      const headers = { "x-amz-acl": acl, "x-amz-storage-class": "STANDARD" };
      expect((await send(server, { method: "PUT", path, headers, body: "x" })).status).toBe(200);
    }
  });
});
