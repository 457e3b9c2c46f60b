import { once } from "node:events";
import { type Readable } from "node:stream";
import { buffer } from "node:stream/consumers";

import { describe, expect, it } from "@jest/globals";

import { S3Error } from "../src/index.js";
import { rejectionOf, testResources } from "./support/resources.js";
import { afterBody, type Reply, respond, respondError } from "./support/scripted-server.js";

const { scripted } = testResources();

const HEADERS = { etag: '"e"', "content-type": "image/png", "content-length": 100 };

/** Sends 40 of 100 bytes, then does as told. */
function partial(then: (request: Parameters<Reply>[0]) => void): Reply {
  return afterBody((request, response) => {
    response.writeHead(200, HEADERS);
    response.write(Buffer.alloc(40), () => {
      then(request);
    });
  });
}

const stall = partial(() => undefined);

async function firstChunk(body: Readable): Promise<void> {
  await once(body, "readable");
  body.read();
}

describe("get", () => {
  it("yields the object with its facts", async () => {
    const { s3 } = await scripted([respond(200, HEADERS, Buffer.alloc(100, 7))]);

    const { body, ...facts } = await s3.get("k");

    expect(facts).toEqual({
      byteLength: 100,
      totalByteLength: 100,
      contentType: "image/png",
      etag: '"e"',
    });
    expect(await buffer(body)).toEqual(Buffer.alloc(100, 7));
  });

  it("yields an empty object", async () => {
    const { s3 } = await scripted([respond(200, { ...HEADERS, "content-length": 0 })]);

    expect(await buffer((await s3.get("k")).body)).toHaveLength(0);
  });

  it("tells which part of the object a range covers", async () => {
    const part = (start: number, end: number): Reply =>
      respond(206, {
        ...HEADERS,
        "content-length": end - start + 1,
        "content-range": `bytes ${start}-${end}/100`,
      });
    const { s3, server } = await scripted([part(90, 99), part(5, 99), part(5, 9)]);

    await expect(s3.get("k", { range: { suffix: 10 } })).resolves.toMatchObject({
      byteLength: 10,
      totalByteLength: 100,
      range: { start: 90, end: 99 },
    });
    await s3.get("k", { range: { start: 5 }, ifMatch: '"e"' });
    await s3.get("k", { range: { start: 5, end: 9 } });

    expect(server.seen.map(({ headers }) => headers.range)).toEqual([
      "bytes=-10",
      "bytes=5-",
      "bytes=5-9",
    ]);
    expect(server.seen[1]?.headers["if-match"]).toBe('"e"');
  });

  it("refuses a range that cannot be written as one", async () => {
    const { s3, server } = await scripted([respondError(500, "InternalError")]);
    const ranges = [{ suffix: 0 }, { suffix: 1.5 }, { start: -1 }, { start: 5, end: 4 }];

    for (const range of ranges) {
      await expect(s3.get("k", { range })).rejects.toMatchObject({ code: "s3_invalid_range" });
    }
    expect(server.seen).toEqual([]);
  });

  it.each<[string, number, Record<string, string | number>]>([
    ["everything, as of a server that ignores ranges", 200, {}],
    ["another range", 206, { "content-length": 10, "content-range": "bytes 0-9/100" }],
    ["less than its range", 206, { "content-length": 4, "content-range": "bytes 5-9/100" }],
  ])("does not accept %s for the range that was asked for", async (_name, status, headers) => {
    const { s3, server } = await scripted([
      respond(status, { ...HEADERS, ...headers }, Buffer.alloc(100)),
    ]);

    await expect(s3.get("k", { range: { start: 5, end: 9 } })).rejects.toMatchObject({
      code: "s3_unexpected",
    });
    await server.connectionsClosed(1);
  });

  it("does not accept a part where the whole object was asked for", async () => {
    const headers = { ...HEADERS, "content-length": 10, "content-range": "bytes 0-9/100" };
    const { s3 } = await scripted([respond(206, headers, Buffer.alloc(10))]);

    await expect(s3.get("k")).rejects.toMatchObject({ code: "s3_unexpected" });
  });

  it("takes a part for a range that goes beyond the end, with the ETag that was asked for", async () => {
    const headers = { ...HEADERS, etag: 'W/"e"', "content-range": "bytes 0-99/100" };
    const { s3 } = await scripted([respond(206, headers, Buffer.alloc(100))]);

    const { body } = await s3.get("k", { range: { start: 0, end: 500 }, ifMatch: "e" });
    expect(await buffer(body)).toHaveLength(100);
  });

  it.each([
    ["is reset", partial((request) => request.socket.resetAndDestroy())],
    ["ends early", partial((request) => request.socket.end())],
  ])("fails the body when the connection %s", async (_name, reply) => {
    const { s3 } = await scripted([reply]);

    const { body } = await s3.get("k");

    expect(await rejectionOf(buffer(body))).toMatchObject({
      code: "s3_unavailable",
      operation: "get",
      key: "k",
      outcome: "not_applied",
      retryable: true,
    });
  });

  it("fails the body when the server stalls", async () => {
    const { s3 } = await scripted([stall], { requestTimeoutMs: 200 });

    const { body } = await s3.get("k");

    expect(await rejectionOf(buffer(body))).toMatchObject({ code: "s3_timeout", retryable: true });
  });

  it("gives up the connection of a body that nobody reads, and tells a late reader", async () => {
    const { s3, server } = await scripted([stall], { requestTimeoutMs: 100 });

    const { body } = await s3.get("k");
    await server.connectionsClosed(1);
    await new Promise(setImmediate);

    expect(body.destroyed).toBe(false);
    expect(await rejectionOf(buffer(body))).toMatchObject({ code: "s3_timeout" });
  });

  it("gives up the connection when the body is destroyed", async () => {
    const { s3, server } = await scripted([stall]);

    const { body } = await s3.get("k");
    await firstChunk(body);
    body.destroy();

    await server.connectionsClosed(1);
  });

  it("can be aborted before, while it waits, and during the body", async () => {
    const reason = new Error("enough");
    const aborted = { code: "s3_aborted", outcome: "not_applied", cause: reason };
    const controller = new AbortController();
    const abortAtRequest: Reply = () => {
      controller.abort(reason);
    };
    const { s3, server } = await scripted([abortAtRequest, stall]);

    await expect(s3.get("k", { signal: AbortSignal.abort(reason) })).rejects.toMatchObject(aborted);
    expect(server.seen).toEqual([]);

    await expect(s3.get("k", { signal: controller.signal })).rejects.toMatchObject(aborted);

    const second = new AbortController();
    const { body } = await s3.get("k", { signal: second.signal });
    await firstChunk(body);
    const read = rejectionOf(buffer(body));
    second.abort(reason);
    const error = await read;
    expect(error).toBeInstanceOf(S3Error);
    expect(error).toMatchObject(aborted);
    await server.connectionsClosed(2);
  });

  it("uses the connection again after a body was read", async () => {
    const { s3, server } = await scripted([respond(200, HEADERS, Buffer.alloc(100))]);

    for (let turn = 0; turn < 3; turn += 1) await buffer((await s3.get("k")).body);

    expect(server.connections).toBe(1);
  });

  it.each([
    ["an ETag", { ...HEADERS, etag: undefined }],
    ["a legible range", { ...HEADERS, "content-range": "bytes 0-9/*" }],
  ])("does not accept an answer without %s", async (_name, headers) => {
    const present = Object.fromEntries(Object.entries(headers).filter(([, value]) => value));
    const { s3 } = await scripted([respond(200, present, Buffer.alloc(100))]);

    await expect(s3.get("k")).rejects.toMatchObject({ code: "s3_unexpected" });
  });
});

describe("head", () => {
  it("yields the facts of an object", async () => {
    const { s3 } = await scripted([
      respond(200, { ...HEADERS, "last-modified": "Wed, 21 Oct 2015 07:28:00 GMT" }),
    ]);

    await expect(s3.head("k")).resolves.toEqual({
      byteLength: 100,
      contentType: "image/png",
      etag: '"e"',
      lastModified: new Date("2015-10-21T07:28:00Z"),
    });
  });

  it("does not accept an answer without a date", async () => {
    const { s3 } = await scripted([respond(200, HEADERS)]);

    await expect(s3.head("k")).rejects.toMatchObject({ code: "s3_unexpected" });
  });
});
