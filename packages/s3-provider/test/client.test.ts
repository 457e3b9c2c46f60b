import { S3Client } from "@aws-sdk/client-s3";
import { describe, expect, it } from "@jest/globals";

import { S3Provider } from "../src/index.js";
import { connection, rejectionOf, testResources } from "./support/resources.js";
import { hang, type Reply, respond } from "./support/scripted-server.js";

const { scripted, defer } = testResources();

const OK = respond(200, { etag: '"e"' });
const PUT = { key: "k", body: Buffer.from("bytes"), byteLength: 5, contentType: "image/png" };

describe("a client made from options", () => {
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
  it("ends what is under way, without another attempt, and what comes later", async () => {
    const { s3, server } = await scripted([hang]);
    const call = rejectionOf(s3.put(PUT));
    while (server.seen.length === 0) await new Promise(setImmediate);

    s3.destroy();

    expect(await call).toMatchObject({ code: "s3_aborted", outcome: "unknown", retryable: false });
    await server.connectionsClosed(1);
    await expect(s3.put(PUT)).rejects.toMatchObject({ code: "s3_aborted", outcome: "not_applied" });
    expect(server.seen).toHaveLength(1);
  });

  it("ends calls that wait for a free connection", async () => {
    const { s3, server } = await scripted([hang], { maxSockets: 1 });
    const calls = Promise.allSettled([s3.delete("a"), s3.delete("b"), s3.delete("c")]);
    while (server.seen.length === 0) await new Promise(setImmediate);

    s3.destroy();

    expect(await calls).toMatchObject(
      Array.from({ length: 3 }, () => ({ status: "rejected", reason: { code: "s3_aborted" } })),
    );
    expect(server.seen).toHaveLength(1);
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
