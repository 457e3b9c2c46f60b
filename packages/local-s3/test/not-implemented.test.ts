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
    ["GET", OBJECT, "acl="],
    ["PUT", OBJECT, "tagging="],
    ["GET", OBJECT, "tagging="],
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
    ["PATCH", OBJECT, ""],
    ["POST", OBJECT, ""],
    ["PUT", `/${BUCKET}`, "versioning="],
    ["GET", `/${BUCKET}`, "versioning="],
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

  it("asks for a signature first", async () => {
    const reply = await sendRaw(server, { method: "PUT", path: OBJECT, query: "acl" });
    expect(reply).toMatchObject({ status: 403, code: "AccessDenied" });
  });

  it("accepts headers that ask for what happens anyway", async () => {
    const headers = { "x-amz-acl": "private", "x-amz-storage-class": "STANDARD" };
    const path = `/${BUCKET}/default`;
    expect((await send(server, { method: "PUT", path, headers, body: "x" })).status).toBe(200);
  });
});
