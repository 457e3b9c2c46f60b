import { once } from "node:events";
import { PassThrough, Readable } from "node:stream";

import { describe, expect, it, jest } from "@jest/globals";

import { rejectionOf, testResources } from "./support/resources.js";
import {
  hang,
  loseResponse,
  type Reply,
  respond,
  respondError,
} from "./support/scripted-server.js";

const { scripted, provider } = testResources();

const OK = respond(200, { etag: '"e"' });
const UPLOAD = { key: "k", contentType: "image/png" };

describe("put of a stream", () => {
  it("sends the bytes with their length, in one piece and without a trailer", async () => {
    const { server, s3 } = await scripted([OK]);
    const body = Readable.from([Buffer.from("ab"), Buffer.alloc(0), Buffer.from("cd")]);

    await expect(
      s3.put({
        ...UPLOAD,
        body,
        byteLength: 4,
        cacheControl: "private",
        contentDisposition: "inline",
        ifNoneMatch: "*",
      }),
    ).resolves.toEqual({ etag: '"e"', unanswered: false });

    const [request] = server.seen;
    expect(request?.body.toString()).toBe("abcd");
    expect(request?.headers).toMatchObject({
      "content-length": "4",
      "content-type": "image/png",
      "cache-control": "private",
      "content-disposition": "inline",
      "if-none-match": "*",
      "x-amz-content-sha256": "UNSIGNED-PAYLOAD",
    });
    expect(request?.headers).not.toHaveProperty("transfer-encoding");
    expect(request?.headers).not.toHaveProperty("expect");
  });

  it("stores an empty stream", async () => {
    const { server, s3 } = await scripted([OK]);

    await s3.put({ ...UPLOAD, body: Readable.from([]), byteLength: 0 });

    expect(server.seen).toMatchObject([{ complete: true, headers: { "content-length": "0" } }]);
  });

  it("cuts the request when the stream is shorter than announced", async () => {
    const { server, s3 } = await scripted([OK]);
    const body = Readable.from([Buffer.alloc(100)]);

    await expect(s3.put({ ...UPLOAD, body, byteLength: 200 })).rejects.toMatchObject({
      code: "s3_length_mismatch",
      outcome: "not_applied",
      retryable: false,
      key: "k",
    });

    await server.requestsClosed(server.seen.length);
    expect(server.seen.some((request) => request.complete)).toBe(false);
  });

  it("cuts the request when the stream goes on after its announced length", async () => {
    const { server, s3 } = await scripted([OK]);
    const body = Readable.from([Buffer.alloc(60), Buffer.alloc(40), Buffer.alloc(1)]);

    await expect(s3.put({ ...UPLOAD, body, byteLength: 100 })).rejects.toMatchObject({
      code: "s3_length_mismatch",
      outcome: "not_applied",
    });

    await server.requestsClosed(server.seen.length);
    expect(server.seen.some((request) => request.complete)).toBe(false);
    expect(body.destroyed).toBe(true);
  });

  it("withholds the end of the body until the source has ended", async () => {
    const { server, s3 } = await scripted([OK]);
    const body = new PassThrough();
    body.write(Buffer.alloc(60));
    const stored = s3.put({ ...UPLOAD, body, byteLength: 100 });
    while (server.seen.length === 0) await new Promise(setImmediate);
    body.write(Buffer.alloc(40));
    const veto = new Error("not an image after all");
    await new Promise(setImmediate);
    body.destroy(veto);

    expect(await rejectionOf(stored)).toBe(veto);

    await server.requestsClosed(1);
    expect(server.seen).toMatchObject([{ complete: false }]);
  });

  it("rethrows the source's own error as it is", async () => {
    const { server, s3 } = await scripted([OK]);
    const failure = new Error("disk gone");
    const body = new Readable({ read: () => undefined });
    body.push(Buffer.alloc(10));
    const stored = s3.put({ ...UPLOAD, body, byteLength: 100 });
    while (server.seen.length === 0) await new Promise(setImmediate);
    body.destroy(failure);

    expect(await rejectionOf(stored)).toBe(failure);
    await server.requestsClosed(1);
    expect(server.seen).toMatchObject([{ complete: false }]);
  });

  it("rethrows the error of a source that failed before it was read", async () => {
    const { server, s3 } = await scripted([OK]);
    const failure = new Error("no such file");
    const early = new Readable({ read: () => undefined });
    const stored = s3.put({ ...UPLOAD, body: early, byteLength: 100 });
    early.destroy(failure);
    expect(await rejectionOf(stored)).toBe(failure);

    const dead = new Readable({ read: () => undefined });
    dead.destroy(failure);
    expect(await rejectionOf(once(dead, "close"))).toBe(failure);
    expect(await rejectionOf(s3.put({ ...UPLOAD, body: dead, byteLength: 100 }))).toBe(failure);

    expect(server.seen.some((request) => request.complete)).toBe(false);
  });

  it("rejects when the source is closed without an end", async () => {
    const { s3 } = await scripted([OK]);
    const body = new Readable({ read: () => undefined });
    const stored = s3.put({ ...UPLOAD, body, byteLength: 100 });
    body.destroy();

    await expect(stored).rejects.toMatchObject({ code: "ERR_STREAM_PREMATURE_CLOSE" });
  });

  it("rejects a source that does not yield bytes", async () => {
    const { s3 } = await scripted([OK]);

    await expect(
      s3.put({ ...UPLOAD, body: Readable.from(["text"]), byteLength: 4 }),
    ).rejects.toBeInstanceOf(TypeError);
  });

  it("is aborted without a request when the signal has fired before", async () => {
    const { server, s3 } = await scripted([OK]);
    const reason = new Error("gone");
    const body = Readable.from([Buffer.alloc(1)]);

    const error = await rejectionOf(
      s3.put({ ...UPLOAD, body, byteLength: 1, signal: AbortSignal.abort(reason) }),
    );

    expect(error).toMatchObject({ code: "s3_aborted", outcome: "not_applied", cause: reason });
    expect(server.seen).toEqual([]);
    expect(body.destroyed).toBe(true);
  });

  it("is aborted while the body is under way, and nothing is applied", async () => {
    const { server, s3 } = await scripted([OK]);
    const controller = new AbortController();
    const body = new PassThrough();
    body.write(Buffer.alloc(10));
    const stored = s3.put({ ...UPLOAD, body, byteLength: 100, signal: controller.signal });
    while (server.seen.length === 0) await new Promise(setImmediate);
    controller.abort();

    await expect(stored).rejects.toMatchObject({ code: "s3_aborted", outcome: "not_applied" });
    await server.requestsClosed(1);
    expect(server.seen).toMatchObject([{ complete: false }]);
    expect(body.destroyed).toBe(true);
  });

  it("has an unknown outcome when it is aborted after the body was sent", async () => {
    const controller = new AbortController();
    const abortAfterBody: Reply = (request) => {
      request.once("end", () => {
        controller.abort();
      });
    };
    const { s3 } = await scripted([abortAfterBody]);

    await expect(
      s3.put({
        ...UPLOAD,
        body: Readable.from([Buffer.alloc(9)]),
        byteLength: 9,
        signal: controller.signal,
      }),
    ).rejects.toMatchObject({ code: "s3_aborted", outcome: "unknown" });
  });

  it("ignores a signal that fires after it has settled", async () => {
    const { s3 } = await scripted([OK]);
    const controller = new AbortController();
    const input = { ...UPLOAD, byteLength: 1, signal: controller.signal };
    await s3.put({ ...input, body: Readable.from([Buffer.alloc(1)]) });
    controller.abort();

    await expect(
      s3.put({ ...UPLOAD, body: Readable.from([Buffer.alloc(1)]), byteLength: 1 }),
    ).resolves.toEqual({ etag: '"e"', unanswered: false });
  });

  it.each([
    ["a 503", respondError(503, "SlowDown"), "s3_throttled"],
    ["a lost response", loseResponse, "s3_unavailable"],
  ])("is not sent again after %s", async (_name, reply, code) => {
    const { server, s3 } = await scripted([reply, OK]);
    const warn = jest.spyOn(console, "warn");

    await expect(
      s3.put({ ...UPLOAD, body: Readable.from([Buffer.alloc(9)]), byteLength: 9 }),
    ).rejects.toMatchObject({ code, outcome: "unknown", retryable: true });

    expect(server.seen).toHaveLength(1);
    expect(warn).not.toHaveBeenCalled();
    warn.mockRestore();
  });

  it("reports an answer that comes before the body is complete, and cuts the rest", async () => {
    const deny: Reply = (_request, response) => {
      response.writeHead(403).end("<Error><Code>AccessDenied</Code></Error>");
    };
    const { server, s3 } = await scripted([deny]);
    const body = new PassThrough();
    body.write(Buffer.alloc(10));

    await expect(s3.put({ ...UPLOAD, body, byteLength: 100 })).rejects.toMatchObject({
      code: "s3_access_denied",
      outcome: "not_applied",
    });

    await server.requestsClosed(1);
    expect(server.seen).toMatchObject([{ complete: false }]);
    expect(body.destroyed).toBe(true);
  });

  it("does not believe a success that comes before the body is complete", async () => {
    const early: Reply = (_request, response) => {
      response.writeHead(200, { etag: '"e"' }).end();
    };
    const { s3 } = await scripted([early]);
    const body = new PassThrough();
    body.write(Buffer.alloc(10));

    await expect(s3.put({ ...UPLOAD, body, byteLength: 100 })).rejects.toMatchObject({
      code: "s3_unexpected",
      outcome: "unknown",
    });
    expect(body.destroyed).toBe(true);
  });

  it("ends when the server stops reading in the middle of the body", async () => {
    const stopReading: Reply = (request) => {
      request.pause();
      request.socket.pause();
    };
    const { s3 } = await scripted([stopReading], { requestTimeoutMs: 200 });
    const chunk = Buffer.alloc(1 << 20);
    const body = Readable.from(Array.from({ length: 64 }, () => chunk));

    await expect(s3.put({ ...UPLOAD, body, byteLength: 64 << 20 })).rejects.toMatchObject({
      code: "s3_timeout",
      outcome: "not_applied",
    });
    expect(body.destroyed).toBe(true);
  });

  it("ends when the source stalls", async () => {
    const { s3 } = await scripted([hang], { requestTimeoutMs: 200 });
    const body = new PassThrough();
    body.write(Buffer.alloc(10));

    await expect(s3.put({ ...UPLOAD, body, byteLength: 100 })).rejects.toMatchObject({
      code: "s3_timeout",
      outcome: "not_applied",
    });
  });

  it("ends without an effect when nobody listens at the endpoint", async () => {
    const s3 = provider("http://127.0.0.1:1");
    const body = new PassThrough();
    body.write(Buffer.alloc(10));

    await expect(s3.put({ ...UPLOAD, body, byteLength: 10 })).rejects.toMatchObject({
      code: "s3_unavailable",
      outcome: "not_applied",
      retryable: true,
    });
    expect(body.destroyed).toBe(true);
  });

  it("lets the source refill one buffer for each chunk", async () => {
    const { server, s3 } = await scripted([OK]);
    const reused = Buffer.alloc(256 * 1024);
    async function* refill() {
      for (let turn = 0; turn < 8; turn += 1) {
        await Promise.resolve();
        yield reused.fill(turn);
      }
    }
    const body = Readable.from(refill(), { highWaterMark: 0 });

    await s3.put({ ...UPLOAD, body, byteLength: 8 * reused.byteLength });

    const expected = Array.from({ length: 8 }, (_, turn) => Buffer.alloc(256 * 1024, turn));
    expect(server.seen[0]?.body.equals(Buffer.concat(expected))).toBe(true);
  });
});
