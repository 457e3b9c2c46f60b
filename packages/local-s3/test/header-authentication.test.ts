import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import {
  type RawRequest,
  send,
  sendRaw,
  type SigningOptions,
  signRequest,
} from "@repo/s3-contract/requests";

import { BUCKET, startTestServer, type TestServer } from "./support/test-server.js";

const MINUTE = 60_000;
const PATH = `/${BUCKET}/signed.txt`;
const PUT = { method: "PUT", path: PATH, body: "genuine" };
const GET = { method: "GET", path: PATH };

describe("a request signed in its header", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
    expect((await send(server, PUT)).status).toBe(200);
  });
  afterAll(() => server.stop());

  async function expectRefused(
    status: number,
    code: string,
    signing: SigningOptions,
    sent: Partial<RawRequest> = {},
  ): Promise<void> {
    const reply = await send(server, GET, { ...signing, sent });
    expect({ status: reply.status, code: reply.code }).toEqual({ status, code });
  }

  it("is served when everything is right", async () => {
    const reply = await send(server, GET);
    expect(reply.status).toBe(200);
    expect(reply.text).toBe("genuine");
  });

  it("is refused when anonymous", async () => {
    for (const method of ["GET", "PUT", "DELETE", "POST"]) {
      const reply = await sendRaw(server, { method, path: PATH });
      expect({ status: reply.status, code: reply.code }).toEqual({
        status: 403,
        code: "AccessDenied",
      });
    }
  });

  it("is refused without telling an anonymous client whether a bucket or object exists", async () => {
    const present = await sendRaw(server, GET);
    const absent = await sendRaw(server, { method: "GET", path: "/no-such-bucket/key" });
    expect(absent.status).toBe(present.status);
    expect(absent.code).toBe(present.code);
  });

  it("is refused when a signed header was changed", async () => {
    const request = { ...GET, headers: { range: "bytes=0-1" } };
    const reply = await send(server, request, { sent: { headers: { range: "bytes=0-5" } } });
    expect(reply.code).toBe("SignatureDoesNotMatch");
  });

  it("is refused when a signed header is missing, even an empty one", async () => {
    const signable = { ...GET, headers: { "x-extra": "" } };
    const { headers } = signRequest(server, signable);
    expect((await sendRaw(server, { ...GET, headers })).status).toBe(200);
    delete headers["x-extra"];
    expect((await sendRaw(server, { ...GET, headers })).code).toBe("SignatureDoesNotMatch");
  });

  it("is refused when its host is not signed", () =>
    expectRefused(403, "AccessDenied", { unsigned: ["host"] }));

  it.each([-14, 14])("is served when its clock is %i minutes off", async (minutes) => {
    const date = new Date(Date.now() + minutes * MINUTE);
    expect((await send(server, GET, { date })).status).toBe(200);
  });

  it("is refused for another region, naming the right one", async () => {
    const reply = await send(server, GET, { region: "eu-west-1" });
    expect(reply.status).toBe(400);
    expect(reply.code).toBe("AuthorizationHeaderMalformed");
    expect(reply.text).toContain("<Region>us-east-1</Region>");
  });

  it("is refused for another service", () =>
    expectRefused(400, "AuthorizationHeaderMalformed", { service: "sts" }));

  it.each([
    ["AWS4-HMAC-SHA256 nonsense", "AuthorizationHeaderMalformed"],
    [
      "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=0",
      "AuthorizationHeaderMalformed",
    ],
    ["AWS TESTACCESSKEY:c2lnbmF0dXJl", "InvalidRequest"],
    ["Bearer token", "InvalidRequest"],
  ])("is refused with 400 for the authorization %j", (authorization, code) =>
    expectRefused(400, code, {}, { headers: { authorization } }),
  );

  it("is refused when the signature is a prefix of the right one", async () => {
    const { headers } = signRequest(server, { method: "GET", path: PATH });
    headers["authorization"] = (headers["authorization"] ?? "").slice(0, -1);
    expect((await sendRaw(server, { ...GET, headers })).code).toBe("SignatureDoesNotMatch");
  });

  it("is refused without x-amz-content-sha256, or with a value that means nothing", async () => {
    const reply = await send(server, GET, { payloadHash: "ABC" });
    expect({ status: reply.status, code: reply.code }).toEqual({
      status: 400,
      code: "InvalidArgument",
    });
    const { headers } = signRequest(
      server,
      { method: "GET", path: PATH },
      { unsigned: ["x-amz-content-sha256"] },
    );
    delete headers["x-amz-content-sha256"];
    expect((await sendRaw(server, { ...GET, headers })).code).toBe("InvalidRequest");
  });

  it("is refused with a session token that its keys have not", () =>
    expectRefused(400, "InvalidToken", {}, { headers: { "x-amz-security-token": "token" } }));

  it("is refused when it is presigned as well", () =>
    expectRefused(400, "InvalidArgument", {}, { query: "X-Amz-Algorithm=AWS4-HMAC-SHA256" }));

  it("takes any body when the payload is declared unsigned", async () => {
    const request = { method: "PUT", path: `/${BUCKET}/unsigned.txt`, body: "one" };
    const reply = await send(server, request, {
      payloadHash: "UNSIGNED-PAYLOAD",
      sent: { body: "two" },
    });
    expect(reply.status).toBe(200);
  });

  it("verifies a body that the operation has no use for", async () => {
    const request = { method: "DELETE", path: `/${BUCKET}/none`, body: "surprise" };
    expect((await send(server, request)).status).toBe(204);
    const reply = await send(server, request, { sent: { body: "Surprise" } });
    expect(reply.code).toBe("XAmzContentSHA256Mismatch");
  });

  it("joins repeated headers and ignores extra spaces, as the standard has it", async () => {
    const { headers } = signRequest(server, {
      ...PUT,
      headers: { "x-amz-meta-a": "1 2,3" },
    });
    const withMeta = (...values: string[]) =>
      sendRaw(server, { ...PUT, headers: { ...headers, "x-amz-meta-a": values } });
    expect((await withMeta("  1    2 ", "3")).status).toBe(200);
    expect((await withMeta("12", "3")).code).toBe("SignatureDoesNotMatch");
    expect((await withMeta("3", "1 2")).code).toBe("SignatureDoesNotMatch");
  });
});
