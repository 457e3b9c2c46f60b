import { createHash } from "node:crypto";

import type { S3Client } from "@aws-sdk/client-s3";
import { describe, expect, it, jest } from "@jest/globals";
import { diag, metrics } from "@opentelemetry/api";

import { createClient } from "../src/client.js";
import { type S3Credentials, S3Provider } from "../src/index.js";
import { connection, testResources } from "./support/resources.js";
import { respond, type SeenRequest } from "./support/scripted-server.js";

const { defer, scripted } = testResources();

/** Headers that differ from call to call. */
const OF_ONE_CALL = new Set(["authorization", "amz-sdk-invocation-id", "x-amz-date"]);
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;
const BODY = Buffer.from("bytes");
const UPLOAD = { key: "k", contentType: "image/png", body: BODY, byteLength: BODY.byteLength };

/** A request without what differs from call to call. */
function essenceOf({ method, url, headers, body }: SeenRequest) {
  const kept = (name: string): boolean => !OF_ONE_CALL.has(name);
  const signed = /SignedHeaders=([^,]*)/.exec(String(headers["authorization"]))?.[1];
  return {
    method,
    url,
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => kept(name))),
    signed: signed?.split(";"),
    body: body.toString(),
  };
}

/** A provider over the same client as another, which was passed in, and which therefore uses the SDK alone. */
function bySdkAlone(endpoint: string): { client: S3Client; s3: S3Provider } {
  const owned = createClient(connection(endpoint), "media");
  defer(() => {
    owned.destroy();
  });
  const { client } = owned;
  return { client, s3: new S3Provider({ bucket: "media", client }) };
}

function invocationIds(seen: readonly SeenRequest[]): unknown[] {
  return seen.map(({ headers }) => headers["amz-sdk-invocation-id"]);
}

describe("put of bytes", () => {
  it.each([
    ["computed", undefined, createHash("sha256").update(BODY).digest()],
    ["given", Buffer.alloc(32, 7), Buffer.alloc(32, 7)],
  ])("signs the digest that is %s", async (_title, sha256, signed) => {
    const { server, s3 } = await scripted([respond(200, { etag: '"e"' })]);

    await s3.put({ ...UPLOAD, ...(sha256 && { sha256 }) });

    const headers = server.seen[0]?.headers;
    expect(headers).toMatchObject({ "x-amz-content-sha256": signed.toString("hex") });
    expect(headers?.["authorization"]).toMatch(/SignedHeaders=[^,]*x-amz-content-sha256/);
  });

  it("is one request, the same by the SDK and the short way", async () => {
    const { server, s3 } = await scripted([respond(200, { etag: '"e"' })]);
    const input = {
      ...UPLOAD,
      key: "a b/ü+(1)'.png",
      contentDisposition: 'attachment; filename="a.png"',
      cacheControl: "private, max-age=60",
      ifNoneMatch: "*",
    } as const;

    await s3.put(input);
    await s3.put({ ...input, sha256: createHash("sha256").update(BODY).digest() });

    const [bySdk, direct] = server.seen.map(essenceOf);
    expect(direct).toEqual(bySdk);
    expect(direct?.signed).toEqual(expect.arrayContaining(["if-none-match", "amz-sdk-request"]));
    expect(direct?.headers).toHaveProperty("amz-sdk-request", "attempt=1; max=3");
    const ids = invocationIds(server.seen);
    expect(ids).toEqual([expect.stringMatching(UUID), expect.stringMatching(UUID)]);
    expect(new Set(ids).size).toBe(2);
  });

  it("is one call to the server when the SDK repeats what went the short way", async () => {
    const { server, s3 } = await scripted([respond(503), respond(200, { etag: '"e"' })]);

    await s3.put({ ...UPLOAD, sha256: Buffer.alloc(32) });

    expect(server.seen.map(({ headers }) => headers["amz-sdk-request"])).toEqual([
      "attempt=1; max=3",
      "attempt=2; max=3",
    ]);
    expect(new Set(invocationIds(server.seen)).size).toBe(1);
  });

  it("carries no trace of another invocation of a function on AWS Lambda", async () => {
    process.env["AWS_LAMBDA_FUNCTION_NAME"] = "f";
    process.env["_X_AMZN_TRACE_ID"] = "Root=1-first";
    defer(() => {
      delete process.env["AWS_LAMBDA_FUNCTION_NAME"];
      delete process.env["_X_AMZN_TRACE_ID"];
    });
    const { server, s3 } = await scripted([respond(200, { etag: '"e"' })]);

    await s3.put(UPLOAD);
    await s3.put({ ...UPLOAD, sha256: Buffer.alloc(32) });

    const traces = server.seen.map(({ headers }) => headers["x-amzn-trace-id"]);
    expect(traces).toEqual(["Root=1-first", undefined]);
  });

  it("is counted when the short way is closed, which is logged once", async () => {
    const counted: unknown[] = [];
    const counter = { add: (...sample: unknown[]) => counted.push(sample) };
    const createCounter = (name: string) => {
      counted.push(name);
      return counter;
    };
    metrics.setGlobalMeterProvider({ getMeter: () => ({ createCounter }) } as never);
    const warn = jest.fn();
    const ignore = (): void => undefined;
    diag.setLogger({ warn, error: ignore, info: ignore, debug: ignore, verbose: ignore });
    defer(() => {
      metrics.disable();
      diag.disable();
    });
    const { server, s3 } = await scripted([respond(200, { etag: '"e"' })], {
      requestChecksumCalculation: "WHEN_SUPPORTED",
    });

    await s3.put({ ...UPLOAD, sha256: Buffer.alloc(32) });
    await s3.put({ ...UPLOAD, sha256: Buffer.alloc(32) });

    expect(server.seen).toHaveLength(2);
    const sample = [1, { "s3_provider.operation": "put" }];
    expect(counted).toEqual(["s3_provider.fallbacks", sample, sample]);
    expect(warn.mock.calls).toEqual([[expect.stringMatching(/checksums/)]]);
  });

  it("uses no way but the SDK's where its client was passed in, with steps of its own", async () => {
    const { server } = await scripted([respond(200, { etag: '"e"' })]);
    const { client, s3 } = bySdkAlone(server.endpoint);
    client.middlewareStack.add(
      (next) => (args) => {
        (args.request as { headers: Record<string, string> }).headers["x-own"] = "step";
        return next(args);
      },
      { step: "build" },
    );

    await s3.put({ ...UPLOAD, sha256: Buffer.alloc(32) });

    expect(server.seen[0]?.headers).toMatchObject({ "x-own": "step" });
  });

  it("signs anew with the credentials of the day", async () => {
    let count = 0;
    const credentials = (): Promise<S3Credentials> => {
      count += 1;
      const expiration = new Date(Date.now() + 1000);
      return Promise.resolve({ accessKeyId: `KEY${count}`, secretAccessKey: "s", expiration });
    };
    const { server, s3 } = await scripted([respond(200, { etag: '"e"' })], { credentials });

    await s3.put({ ...UPLOAD, sha256: Buffer.alloc(32) });
    await s3.put({ ...UPLOAD, sha256: Buffer.alloc(32) });

    const keys = server.seen.map(
      ({ headers }) => /Credential=([^/]*)/.exec(String(headers["authorization"]))?.[1],
    );
    expect(new Set(keys).size).toBe(2);
  });

  it("is refused when there are no credentials, and nothing is sent", async () => {
    const credentials = (): Promise<never> => Promise.reject(new Error("no token"));
    const { server, s3 } = await scripted([respond(200, { etag: '"e"' })], { credentials });

    await expect(s3.put({ ...UPLOAD, sha256: Buffer.alloc(32) })).rejects.toMatchObject({
      code: "s3_access_denied",
      outcome: "not_applied",
    });
    expect(server.seen).toEqual([]);
  });
});

describe("upload of a part", () => {
  it("is one request, the same by the SDK and the short way, and its bytes are not hashed", async () => {
    const { server, s3 } = await scripted([respond(200, { etag: '"e"' })]);
    const upload = { key: "a b/ü+(1)'.png", uploadId: "u/+= ü" };
    const part = { partNumber: 12, body: BODY };

    await bySdkAlone(server.endpoint).s3.uploadPart(upload, part);
    await expect(s3.uploadPart(upload, part)).resolves.toEqual({ partNumber: 12, etag: '"e"' });

    const [bySdk, direct] = server.seen.map(essenceOf);
    expect(direct).toEqual(bySdk);
    expect(direct?.headers).toMatchObject({ "x-amz-content-sha256": "UNSIGNED-PAYLOAD" });
  });
});
