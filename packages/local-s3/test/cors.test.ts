import { createHash } from "node:crypto";

import {
  DeleteBucketCorsCommand,
  GetBucketCorsCommand,
  PutBucketCorsCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { sdkClient, send, sendRaw } from "@repo/s3-contract/requests";

import { BUCKET, startTestServer, type TestServer } from "./support/test-server.js";

const PATH = `/${BUCKET}/page.html`;
const RULES = [
  {
    ID: "app",
    AllowedOrigins: ["https://app.example", "https://*.preview.example"],
    AllowedMethods: ["GET", "PUT"],
    AllowedHeaders: ["Content-Type", "x-amz-*"],
    ExposeHeaders: ["ETag"],
    MaxAgeSeconds: 600,
  },
  { AllowedOrigins: ["*"], AllowedMethods: ["HEAD"] },
];

describe("cross-origin requests", () => {
  let server: TestServer;
  let client: S3Client;
  beforeAll(async () => {
    server = await startTestServer({ buckets: [BUCKET, "closed-bucket"] });
    client = sdkClient(server);
    await send(server, { method: "PUT", path: PATH, body: "x" });
    await client.send(
      new PutBucketCorsCommand({ Bucket: BUCKET, CORSConfiguration: { CORSRules: RULES } }),
    );
  });
  afterAll(async () => {
    client.destroy();
    await server.stop();
  });

  const ask = (origin: string, method: string, headers = "", path = PATH) =>
    sendRaw(server, {
      method: "OPTIONS",
      path,
      headers: {
        origin,
        "access-control-request-method": method,
        ...(headers === "" ? {} : { "access-control-request-headers": headers }),
      },
    });

  it("are configured per bucket", async () => {
    const { CORSRules } = await client.send(new GetBucketCorsCommand({ Bucket: BUCKET }));
    expect(CORSRules).toEqual(RULES);
    await expect(
      client.send(new GetBucketCorsCommand({ Bucket: "closed-bucket" })),
    ).rejects.toMatchObject({ name: "NoSuchCORSConfiguration" });
  });

  it("are allowed in advance, unsigned, by the rule that fits", async () => {
    const reply = await ask("https://app.example", "PUT", "content-type, X-Amz-Date");
    expect(reply.status).toBe(200);
    expect(reply.headers).toMatchObject({
      "access-control-allow-origin": "https://app.example",
      "access-control-allow-methods": "GET, PUT",
      "access-control-allow-headers": "content-type, X-Amz-Date",
      "access-control-expose-headers": "ETag",
      "access-control-max-age": "600",
      "access-control-allow-credentials": "true",
    });
    expect((await ask("https://a.preview.example", "GET")).status).toBe(200);
    const any = await ask("https://anywhere.example", "HEAD");
    expect(any.headers["access-control-allow-origin"]).toBe("*");
    expect(any.headers["access-control-allow-credentials"]).toBeUndefined();
  });

  it.each([
    ["https://evil.example", "GET", ""],
    ["https://app.example.evil.example", "GET", ""],
    ["https://app.example", "DELETE", ""],
    ["https://app.example", "PUT", "authorization"],
  ])(
    "from %s by %s with the headers %j are refused in advance",
    async (origin, method, headers) => {
      const reply = await ask(origin, method, headers);
      expect(reply).toMatchObject({ status: 403, code: "AccessForbidden" });
      expect(reply.headers["access-control-allow-origin"]).toBeUndefined();
    },
  );

  it("are refused where there is no configuration, no origin or no method", async () => {
    expect((await ask("https://app.example", "GET", "", "/closed-bucket/x")).status).toBe(403);
    expect(await sendRaw(server, { method: "OPTIONS", path: PATH })).toMatchObject({ status: 400 });
    const headers = { origin: "https://app.example" };
    expect(await sendRaw(server, { method: "OPTIONS", path: PATH, headers })).toMatchObject({
      status: 400,
    });
  });

  it("let the page see the response, and errors too, when allowed", async () => {
    const headers = { origin: "https://app.example" };
    const found = await send(server, { method: "GET", path: PATH, headers });
    expect(found.headers["access-control-allow-origin"]).toBe("https://app.example");
    expect(found.headers["vary"]).toContain("Origin");
    const denied = await sendRaw(server, { method: "GET", path: PATH, headers });
    expect(denied.status).toBe(403);
    expect(denied.headers["access-control-allow-origin"]).toBe("https://app.example");
    const evil = { origin: "https://evil.example" };
    const hidden = await send(server, { method: "GET", path: PATH, headers: evil });
    expect(hidden.headers["access-control-allow-origin"]).toBeUndefined();
  });

  it("are no longer allowed once the configuration is deleted", async () => {
    const Bucket = "closed-bucket";
    await client.send(
      new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules: RULES } }),
    );
    expect((await ask("https://app.example", "GET", "", `/${Bucket}/x`)).status).toBe(200);
    await client.send(new DeleteBucketCorsCommand({ Bucket }));
    expect((await ask("https://app.example", "GET", "", `/${Bucket}/x`)).status).toBe(403);
  });

  it.each([
    ["an unknown method", { AllowedMethods: ["PATCH"], AllowedOrigins: ["*"] }, "InvalidRequest"],
    ["two wildcards", { AllowedMethods: ["GET"], AllowedOrigins: ["*.*"] }, "InvalidRequest"],
    ["no origin", { AllowedMethods: ["GET"], AllowedOrigins: [] }, "MalformedXML"],
    [
      "an id that is too long",
      { ID: "x".repeat(256), AllowedMethods: ["GET"], AllowedOrigins: ["*"] },
      "InvalidRequest",
    ],
  ])("refuse a configuration with %s", async (_, rule, name) => {
    await expect(
      client.send(
        new PutBucketCorsCommand({ Bucket: BUCKET, CORSConfiguration: { CORSRules: [rule] } }),
      ),
    ).rejects.toMatchObject({ name });
  });

  it.each([
    ["an unknown element", "<AllowedCookie>a</AllowedCookie>"],
    ["two ages", "<MaxAgeSeconds>1</MaxAgeSeconds><MaxAgeSeconds>2</MaxAgeSeconds>"],
    ["an age that is none", "<MaxAgeSeconds>soon</MaxAgeSeconds>"],
  ])("refuse a configuration with %s", async (_, element) => {
    const rule = `<AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin>${element}`;
    const body = `<CORSConfiguration><CORSRule>${rule}</CORSRule></CORSConfiguration>`;
    const headers = { "content-md5": createHash("md5").update(body).digest("base64") };
    const request = { method: "PUT", path: `/${BUCKET}`, query: "cors=", headers, body };
    expect(await send(server, request)).toMatchObject({ status: 400, code: "MalformedXML" });
  });
});
