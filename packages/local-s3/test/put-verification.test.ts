import { request } from "node:http";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { send, sendRaw, signRequest } from "@repo/s3-contract/requests";

import { BUCKET, startTestServer, type TestServer } from "./support/test-server.js";

const PATH = `/${BUCKET}/verified`;

describe("PutObject", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.stop());

  async function put(headers: Record<string, string>, body = "content") {
    const reply = await send(server, { method: "PUT", path: PATH, headers, body });
    return { status: reply.status, code: reply.code };
  }

  it.each([
    ["malformed", { "x-amz-checksum-crc32": "123" }],
    ["of an algorithm that does not exist", { "x-amz-checksum-md4": "AAAAAA==" }],
    ["the name of a setting", { "x-amz-checksum-mode": "ENABLED" }],
    ["the name of an algorithm", { "x-amz-checksum-algorithm": "CRC32" }],
    ["one of several", { "x-amz-checksum-crc32": "AAAAAA==", "x-amz-checksum-crc32c": "AAAAAA==" }],
    ["announced but missing", { "x-amz-sdk-checksum-algorithm": "CRC32" }],
    [
      "not the announced one",
      { "x-amz-sdk-checksum-algorithm": "SHA1", "x-amz-checksum-crc32": "AAAAAA==" },
    ],
    ["promised for a trailer that cannot come", { "x-amz-trailer": "x-amz-checksum-crc32" }],
  ])("refuses a checksum that is %s", async (_, headers) => {
    expect(await put(headers)).toEqual({ status: 400, code: "InvalidRequest" });
  });

  it("requires a Content-Length", async () => {
    const { headers } = signRequest(
      server,
      { method: "PUT", path: PATH },
      { payloadHash: "UNSIGNED-PAYLOAD" },
    );
    const status = await new Promise((resolve, reject) => {
      const outgoing = request({
        port: server.port,
        host: "127.0.0.1",
        method: "PUT",
        path: PATH,
        headers: { ...headers, "transfer-encoding": "chunked" },
        agent: false,
      });
      outgoing.on("response", (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      outgoing.on("error", reject);
      outgoing.end("streamed without a length");
    });
    expect(status).toBe(411);
  });

  it("refuses more than 5 GiB before it is sent", async () => {
    const { headers } = signRequest(
      server,
      {
        method: "PUT",
        path: PATH,
        headers: { "content-length": String(5 * 1024 ** 3 + 1), expect: "100-continue" },
      },
      { payloadHash: "UNSIGNED-PAYLOAD" },
    );
    const outcome = await new Promise((resolve, reject) => {
      const outgoing = request({
        port: server.port,
        host: "127.0.0.1",
        method: "PUT",
        path: PATH,
        headers,
        agent: false,
      });
      outgoing.on("continue", () => {
        reject(new Error("The client was told to go on"));
      });
      outgoing.on("response", (response) => {
        response.resume();
        resolve([response.statusCode, response.headers.connection]);
        outgoing.destroy();
      });
      outgoing.on("error", reject);
      outgoing.flushHeaders();
    });
    expect(outcome).toEqual([400, "close"]);
  });

  it("limits user metadata to 2 KB", async () => {
    const name = "x-amz-meta-a";
    expect(await put({ [name]: "v".repeat(2047) })).toMatchObject({ status: 200 });
    expect(await put({ [name]: "v".repeat(2048) })).toEqual({
      status: 400,
      code: "MetadataTooLarge",
    });
  });

  it("refuses keys of more than 1,024 bytes, not characters", async () => {
    const fits = `${"k".repeat(1021)}%E2%82%AC`;
    expect(
      (await send(server, { method: "PUT", path: `/${BUCKET}/${fits}`, body: "x" })).status,
    ).toBe(200);
    expect((await send(server, { method: "GET", path: `/${BUCKET}/${fits}` })).text).toBe("x");
    const reply = await send(server, { method: "PUT", path: `/${BUCKET}/k${fits}`, body: "x" });
    expect({ status: reply.status, code: reply.code }).toEqual({
      status: 400,
      code: "KeyTooLongError",
    });
  });

  it("refuses header sections beyond 32 KiB and paths that are not UTF-8", async () => {
    const huge = await sendRaw(server, {
      method: "GET",
      path: PATH,
      headers: { "x-filler": "f".repeat(40_000) },
    });
    expect(huge).toMatchObject({ status: 400, code: "RequestHeaderSectionTooLarge" });
    const badEscape = await sendRaw(server, { method: "GET", path: `/${BUCKET}/%zz` });
    expect(badEscape.code).toBe("InvalidURI");
    const notUtf8 = await sendRaw(server, { method: "GET", path: `/${BUCKET}/%FF` });
    expect(notUtf8.code).toBe("InvalidURI");
  });
});
