import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { S3Client } from "@aws-sdk/client-s3";
import { afterEach, describe, expect, it } from "@jest/globals";

import { S3Provider } from "../src/index.js";
import { connection, rejectionOf, testResources } from "./support/resources.js";
import { hang, type Reply, respond } from "./support/scripted-server.js";

const { scripted, defer } = testResources();

const OK = respond(200, { etag: '"e"' });
const PUT = { key: "k", body: Buffer.from("bytes"), byteLength: 5, contentType: "image/png" };

describe("a client made from options", () => {
  const before = { ...process.env };
  afterEach(() => {
    for (const name of Object.keys(process.env)) {
      if (!(name in before)) Reflect.deleteProperty(process.env, name);
    }
  });

  it("consults neither the environment nor the AWS configuration files", async () => {
    const folder = await mkdtemp(join(tmpdir(), "s3-provider-"));
    defer(() => rm(folder, { recursive: true }));
    // Every one of these values makes the SDK fail, or go elsewhere, once it looks at it.
    const file = join(folder, "config");
    await writeFile(
      file,
      [
        "[default]",
        "endpoint_url = http://127.0.0.1:1",
        "s3_use_arn_region = nonsense",
        "s3_disable_express_session_auth = nonsense",
        "use_fips_endpoint = nonsense",
        "use_dualstack_endpoint = nonsense",
        "ignore_configured_endpoint_urls = nonsense",
        "max_attempts = nonsense",
        "retry_mode = nonsense",
        "request_checksum_calculation = nonsense",
        "response_checksum_validation = nonsense",
      ].join("\n"),
    );
    Object.assign(process.env, {
      AWS_CONFIG_FILE: file,
      AWS_SHARED_CREDENTIALS_FILE: file,
      AWS_ENDPOINT_URL_S3: "http://127.0.0.1:1",
      AWS_ENDPOINT_URL: "http://127.0.0.1:1",
      AWS_REGION: "mars-north-1",
      AWS_ACCESS_KEY_ID: "OTHER",
      AWS_SECRET_ACCESS_KEY: "OTHER",
      AWS_MAX_ATTEMPTS: "nonsense",
      AWS_RETRY_MODE: "nonsense",
      AWS_USE_FIPS_ENDPOINT: "nonsense",
      AWS_USE_DUALSTACK_ENDPOINT: "nonsense",
      AWS_S3_USE_ARN_REGION: "nonsense",
      AWS_S3_DISABLE_EXPRESS_SESSION_AUTH: "nonsense",
      AWS_REQUEST_CHECKSUM_CALCULATION: "nonsense",
      AWS_RESPONSE_CHECKSUM_VALIDATION: "nonsense",
      AWS_SDK_UA_APP_ID: "x".repeat(60),
    });
    const { s3, server } = await scripted([OK]);

    await s3.put(PUT);
    const local = await s3.presignGet("k", { expiresIn: 60 });
    const { endpoint: _, ...onAws } = connection(server.endpoint);
    const aws = new S3Provider({ bucket: "media", client: { ...onAws, forcePathStyle: false } });
    const outer = new S3Provider({
      bucket: "media",
      client: onAws,
      publicEndpoint: "https://files.test",
    });
    const remote = await aws.presignGet("k", { expiresIn: 60 });
    const published = await outer.presignGet("k", { expiresIn: 60 });

    expect(server.seen[0]?.headers.authorization).toMatch(/AKIDEXAMPLE\/\d+\/us-east-1\/s3/);
    expect(server.seen[0]?.headers["user-agent"]).not.toContain("xxx");
    expect(local.url).toContain(server.endpoint);
    expect(remote.url).toMatch(/^https:\/\/media\.s3\.us-east-1\.amazonaws\.com\/k\?/);
    expect(published.url).toMatch(/^https:\/\/files\.test\/media\/k\?/);
  });

  it("sends no checksum and no Expect that servers stumble over", async () => {
    const { s3, server } = await scripted([OK]);
    const body = Buffer.alloc(3 << 20);

    await s3.put({ ...PUT, body, byteLength: body.byteLength });

    const headers = Object.keys(server.seen[0]?.headers ?? {});
    expect(headers.filter((name) => /^x-amz-(sdk-)?checksum|^expect$/.test(name))).toEqual([]);
  });

  it("opens no more than maxSockets connections and lets the other calls wait, however long", async () => {
    const waiting: (() => void)[] = [];
    const holdBack: Reply = (_request, response) => {
      waiting.push(() => {
        response.writeHead(204).end();
      });
    };
    const { s3, server } = await scripted([holdBack], { maxSockets: 2, connectTimeoutMs: 50 });

    const calls = Promise.all([s3.delete("a"), s3.delete("b"), s3.delete("c")]);
    while (waiting.length < 2) await new Promise(setImmediate);
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(waiting).toHaveLength(2);
    for (const release of waiting.splice(0)) release();
    while (waiting.length === 0) await new Promise(setImmediate);
    waiting[0]?.();

    await calls;
    expect(server.connections).toBe(2);
  });
});

describe("destroy", () => {
  it("cuts what is under way", async () => {
    const { s3, server } = await scripted([hang], { maxAttempts: 1 });
    const call = rejectionOf(s3.put(PUT));
    while (server.seen.length === 0) await new Promise(setImmediate);

    s3.destroy();

    expect(await call).toMatchObject({ code: "s3_unavailable", outcome: "unknown" });
    await server.connectionsClosed(1);
  });

  it("leaves a client that was passed in alone", async () => {
    const { server } = await scripted([OK]);
    const client = new S3Client(connection(server.endpoint));
    defer(() => {
      client.destroy();
    });

    const s3 = new S3Provider({ bucket: "media", client });
    await s3.put(PUT);
    s3.destroy();
    await new S3Provider({ bucket: "media", client }).put(PUT);

    expect(server.connections).toBe(1);
  });
});
