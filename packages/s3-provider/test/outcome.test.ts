import { createHash } from "node:crypto";
import { createServer, type Socket } from "node:net";

import { describe, expect, it } from "@jest/globals";

import { rejectionOf, testResources } from "./support/resources.js";
import {
  afterBody,
  hang,
  loseResponse,
  type Reply,
  respond,
  respondError,
  respondXml,
} from "./support/scripted-server.js";

const { scripted, provider, defer } = testResources();

const OK = respond(200, { etag: '"e"' });
const BODY = Buffer.from("bytes");
const PLAIN = { key: "k", body: BODY, byteLength: 5, contentType: "image/png" };
/** Goes the short way. */
const DIGESTED = { ...PLAIN, sha256: createHash("sha256").update(BODY).digest() };
const UPLOAD = { key: "k", uploadId: "u" };
const PARTS = [{ partNumber: 1, etag: '"p"' }];

const WAYS = [
  ["by the SDK", PLAIN],
  ["the short way", DIGESTED],
] as const;

describe.each(WAYS)("a call with a body that can be sent again, sent %s", (_way, PUT) => {
  it.each([
    ["503 SlowDown", respondError(503, "SlowDown")],
    ["500", respondError(500, "InternalError")],
    ["a lost response", loseResponse],
  ])("succeeds after %s", async (_name, reply) => {
    const { s3, server } = await scripted([reply, OK]);

    await expect(s3.put(PUT)).resolves.toMatchObject({ etag: '"e"' });

    expect(server.seen.map(({ body }) => body.toString())).toEqual(["bytes", "bytes"]);
  });

  it("is given up after maxAttempts", async () => {
    const { s3, server } = await scripted([respondError(503, "SlowDown")], { maxAttempts: 2 });

    await expect(s3.put(PUT)).rejects.toMatchObject({
      code: "s3_throttled",
      outcome: "unknown",
      retryable: true,
      statusCode: 503,
      requestId: "REQ1",
    });
    expect(server.seen).toHaveLength(2);
  });

  it("is not sent again after a refusal", async () => {
    const { s3, server } = await scripted([respondError(403, "AccessDenied"), OK]);

    await expect(s3.put(PUT)).rejects.toMatchObject({
      code: "s3_access_denied",
      outcome: "not_applied",
      retryable: false,
    });
    expect(server.seen).toHaveLength(1);
  });

  it("is refused before it is sent when its length is not the announced one", async () => {
    const { s3, server } = await scripted([OK]);

    await expect(s3.put({ ...PUT, byteLength: 6 })).rejects.toMatchObject({
      code: "s3_length_mismatch",
      outcome: "not_applied",
    });
    expect(server.seen).toEqual([]);
  });
});

describe.each(WAYS)("the outcome of a call sent %s", (_way, PUT) => {
  it("is not_applied when no connection could be made", async () => {
    const s3 = provider("http://127.0.0.1:1", { maxAttempts: 1 });

    await expect(s3.put(PUT)).rejects.toMatchObject({
      code: "s3_unavailable",
      outcome: "not_applied",
    });
  });

  it("is not_applied when every address of a name refuses", async () => {
    const s3 = provider("http://localhost:1", { maxAttempts: 1 });

    await expect(s3.put(PUT)).rejects.toMatchObject({
      code: "s3_unavailable",
      outcome: "not_applied",
    });
  });

  it("is not_applied when the name does not resolve", async () => {
    const s3 = provider("http://name.invalid", { maxAttempts: 1 });

    await expect(s3.put(PUT)).rejects.toMatchObject({
      code: "s3_unavailable",
      outcome: "not_applied",
    });
  });

  it("is not_applied when TLS is not established in time", async () => {
    const sockets = new Set<Socket>();
    const mute = createServer((socket) => sockets.add(socket.on("error", () => undefined)));
    await new Promise<void>((resolve) => mute.listen(0, "127.0.0.1", resolve));
    defer(() => {
      for (const socket of sockets) socket.destroy();
      mute.close();
    });
    const { port } = mute.address() as { port: number };
    const s3 = provider(`https://127.0.0.1:${port}`, { connectTimeoutMs: 100, maxAttempts: 2 });

    await expect(s3.put(PUT)).rejects.toMatchObject({
      code: "s3_timeout",
      outcome: "not_applied",
      retryable: true,
    });
    expect(sockets.size).toBe(2);
  });

  it("is unknown when the server hangs after it got everything", async () => {
    const { s3, server } = await scripted([hang], { requestTimeoutMs: 150, maxAttempts: 2 });

    await expect(s3.put(PUT)).rejects.toMatchObject({ code: "s3_timeout", outcome: "unknown" });
    expect(server.seen).toHaveLength(2);
  });

  it("is unknown when the response is lost", async () => {
    const { s3 } = await scripted([loseResponse], { maxAttempts: 1 });

    await expect(s3.delete("k")).rejects.toMatchObject({
      code: "s3_unavailable",
      outcome: "unknown",
      retryable: true,
    });
  });

  it("is unknown when a lost response is followed by a refused connection", async () => {
    let refuse = (): void => undefined;
    const loseAndRefuse: Reply = afterBody((request) => {
      refuse();
      request.socket.resetAndDestroy();
    });
    const { s3, server } = await scripted([loseAndRefuse]);
    refuse = () => {
      server.stopListening();
    };

    const error = await rejectionOf(s3.put(PUT));

    expect(server.seen).toHaveLength(1);
    expect(error).toMatchObject({ code: "s3_unavailable", outcome: "unknown" });
  });

  it("is unknown when a lost response is followed by a failed condition", async () => {
    const { s3 } = await scripted([loseResponse, respondError(412, "PreconditionFailed")]);

    await expect(s3.put({ ...PUT, ifNoneMatch: "*" })).rejects.toMatchObject({
      code: "s3_precondition_failed",
      outcome: "unknown",
    });
  });

  it("is unknown when a lost response is followed by an upload that is gone", async () => {
    const { s3 } = await scripted([loseResponse, respondError(404, "NoSuchUpload")]);

    await expect(s3.completeMultipartUpload(UPLOAD, PARTS)).rejects.toMatchObject({
      code: "s3_not_found",
      outcome: "unknown",
    });
  });

  it("is unknown when a 200 holds an error", async () => {
    const { s3 } = await scripted(
      [respondXml("<Error><Code>InternalError</Code><Message>m</Message></Error>")],
      { maxAttempts: 1 },
    );

    await expect(s3.completeMultipartUpload(UPLOAD, PARTS)).rejects.toMatchObject({
      code: "s3_unavailable",
      outcome: "unknown",
    });
  });

  it("is unknown when a call is aborted while it waits for the answer", async () => {
    const controller = new AbortController();
    const abort: Reply = afterBody(() => {
      controller.abort();
    });
    const { s3 } = await scripted([abort]);

    await expect(s3.put({ ...PUT, signal: controller.signal })).rejects.toMatchObject({
      code: "s3_aborted",
      outcome: "unknown",
    });
  });

  it("is that of the attempt before when a call is aborted between attempts", async () => {
    const controller = new AbortController();
    const abortLater: Reply = afterBody((_request, response) => {
      response.once("close", () => {
        controller.abort();
      });
      response.writeHead(503, { "retry-after": "2" }).end();
    });
    const { s3, server } = await scripted([abortLater]);

    await expect(s3.put({ ...PUT, signal: controller.signal })).rejects.toMatchObject({
      code: "s3_aborted",
      outcome: "unknown",
    });
    expect(server.seen).toHaveLength(1);
  });

  it("is not_applied for reads", async () => {
    const { s3 } = await scripted([loseResponse], { maxAttempts: 1 });

    await expect(s3.head("k")).rejects.toMatchObject({ outcome: "not_applied" });
    await expect(s3.get("k")).rejects.toMatchObject({ outcome: "not_applied" });
  });
});
