import { createHash } from "node:crypto";

import { GetObjectCommand, PutObjectCommand, UploadPartCommand } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import {
  presign,
  type RawRequest,
  type Reply,
  sdkClient,
  send,
  sendRaw,
  sha256,
  type SigningOptions,
} from "@repo/s3-contract/requests";

import { BUCKET, startTestServer, type TestServer } from "./support/test-server.js";

const PATH = `/${BUCKET}/shared.txt`;
const SECOND = 1000;

describe("a presigned URL", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
    await send(server, { method: "PUT", path: PATH, body: "shared" });
  });
  afterAll(() => server.stop());

  function get(
    options: SigningOptions & { expires?: number | string } = {},
    signable: { query?: string } = {},
    sent: Partial<RawRequest> = {},
  ): Promise<Reply> {
    const request = { method: "GET", path: PATH, ...signable };
    const query = presign(server, request, options);
    return sendRaw(server, { method: "GET", path: PATH, query, ...sent });
  }

  it("enforces headers that were hoisted into the query", async () => {
    const client = sdkClient(server);
    const command = new PutObjectCommand({
      Bucket: BUCKET,
      Key: "hoisted",
      Metadata: { colour: "green" },
    });
    // Default settings presign the checksum of an empty body, which no real upload has.
    const checksummed = await getSignedUrl(client, command);
    const refused = await fetch(checksummed, { method: "PUT", body: "content" });
    expect(await refused.text()).toContain("<Code>BadDigest</Code>");
    const plain = await getSignedUrl(
      sdkClient(server, { requestChecksumCalculation: "WHEN_REQUIRED" }),
      command,
    );
    expect((await fetch(plain, { method: "PUT", body: "content" })).status).toBe(200);
    const stored = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key: "hoisted" }));
    expect(stored.Metadata).toEqual({ colour: "green" });
    expect(await stored.Body?.transformToString()).toBe("content");
    client.destroy();
  });

  it("may say the type of its upload in a parameter", async () => {
    const put = { method: "PUT", path: `/${BUCKET}/typed` };
    const digest = createHash("md5").update("<p>").digest("base64");
    const parameters = new URLSearchParams({
      "Cache-Control": "no-store",
      "Content-MD5": digest,
      "Content-Type": "text/html",
    });
    const query = presign(server, { ...put, query: parameters.toString() });
    expect(await sendRaw(server, { ...put, query, body: "<b>" })).toMatchObject({
      code: "BadDigest",
    });
    expect(await sendRaw(server, { ...put, query, body: "<p>" })).toMatchObject({ status: 200 });
    expect((await send(server, { ...put, method: "GET" })).headers).toMatchObject({
      "cache-control": "no-store",
      "content-type": "text/html",
    });
  });

  it("presigns a part of an upload that does not exist as harmlessly as any other request", async () => {
    const client = sdkClient(server, { requestChecksumCalculation: "WHEN_REQUIRED" });
    const url = await getSignedUrl(
      client,
      new UploadPartCommand({ Bucket: BUCKET, Key: "part", UploadId: "../../x", PartNumber: 1 }),
    );
    const response = await fetch(url, { method: "PUT", body: "part" });
    expect(await response.text()).toContain("<Code>NoSuchUpload</Code>");
    client.destroy();
  });

  it("has expired once its time is over", async () => {
    const date = new Date(Date.now() - 302 * SECOND);
    const reply = await get({ date, expires: 300 });
    expect({ status: reply.status, code: reply.code }).toEqual({
      status: 403,
      code: "AccessDenied",
    });
    expect(reply.text).toContain("<Message>Request has expired</Message>");
    expect((await get({ date, expires: 400 })).status).toBe(200);
  });

  it("is refused when it comes from the future", async () => {
    const reply = await get({ date: new Date(Date.now() + 16 * 60 * SECOND) });
    expect(reply.code).toBe("AccessDenied");
    expect(reply.text).toContain("Request is not yet valid");
  });

  it.each([0, -1, 604_801, "soon", "1e3"])("is refused with an expiry of %s", async (expires) => {
    const reply = await get({ expires });
    expect({ status: reply.status, code: reply.code }).toEqual({
      status: 400,
      code: "AuthorizationQueryParametersError",
    });
  });

  it("may be valid for a week, and no second longer", async () => {
    const date = new Date(Date.now() - 604_790 * SECOND);
    expect((await get({ date, expires: 604_800 })).status).toBe(200);
  });

  it.each<[string, SigningOptions, string]>([
    ["another secret", { secretAccessKey: "guessed" }, "SignatureDoesNotMatch"],
    ["an unknown access key", { accessKeyId: "UNKNOWN" }, "InvalidAccessKeyId"],
    ["another region", { region: "eu-west-1" }, "AuthorizationQueryParametersError"],
    ["another service", { service: "ec2" }, "AuthorizationQueryParametersError"],
    ["a payload kind that does not exist", { payloadHash: "ANY" }, "SignatureDoesNotMatch"],
  ])("is refused when signed with %s", async (_, options, code) => {
    expect((await get(options)).code).toBe(code);
  });

  it.each([
    ["method", { method: "DELETE" }],
    ["key", { path: `/${BUCKET}/secret.txt` }],
    ["host", { headers: { host: "elsewhere:1" } }],
  ])("is refused when used with another %s", async (_, sent) => {
    expect((await get({}, {}, sent)).code).toBe("SignatureDoesNotMatch");
  });

  it("is refused when a parameter is changed, added or repeated", async () => {
    const request = { method: "GET", path: PATH };
    const query = presign(server, request, { expires: 60 });
    for (const [changed, code] of [
      [query.replace("Expires=60", "Expires=600"), "SignatureDoesNotMatch"],
      [`${query}&response-content-type=text%2Fhtml`, "SignatureDoesNotMatch"],
      [`${query}&X-Amz-Expires=600`, "AuthorizationQueryParametersError"],
      [query.replace(/X-Amz-Signature=\w+/, ""), "AuthorizationQueryParametersError"],
      [query.replace("X-Amz-Algorithm=AWS4-HMAC-SHA256", ""), "AuthorizationQueryParametersError"],
    ] as const) {
      const reply = await sendRaw(server, { method: "GET", path: PATH, query: changed });
      expect(reply.code).toBe(code);
    }
  });

  it("is refused with an x-amz- header that was not signed", async () => {
    const reply = await get({}, {}, { headers: { "x-amz-acl": "public-read" } });
    expect(reply.code).toBe("AccessDenied");
    expect(reply.text).toContain("<HeadersNotSigned>x-amz-acl</HeadersNotSigned>");
  });

  it("verifies a body whose digest was signed", async () => {
    const payloadHash = sha256("agreed");
    const request = {
      method: "PUT",
      path: `/${BUCKET}/agreed`,
      query: `X-Amz-Content-Sha256=${payloadHash}`,
    };
    const query = presign(server, request, { payloadHash });
    const put = (body: string) =>
      sendRaw(server, { method: "PUT", path: request.path, query, body });
    expect((await put("forged")).code).toBe("XAmzContentSHA256Mismatch");
    expect((await put("agreed")).status).toBe(200);
  });

  it("cannot smuggle header lines by its overrides", async () => {
    for (const value of ["a%0D%0ASet-Cookie%3A%20x", "%E2%82%AC"]) {
      const reply = await get({}, { query: `response-content-type=${value}` });
      expect({ status: reply.status, code: reply.code }).toEqual({
        status: 400,
        code: "InvalidArgument",
      });
      expect(reply.headers["set-cookie"]).toBeUndefined();
    }
    const hoisted = await get({}, { query: "x-amz-meta-a=b%0D%0Ac" });
    expect(hoisted.code).toBe("InvalidArgument");
  });
});
