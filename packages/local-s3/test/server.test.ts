import { Agent, request } from "node:http";
import { connect } from "node:net";

import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { send, sendRaw, signRequest } from "@repo/s3-contract/requests";

import { startLocalS3 } from "../src/index.js";
import { BUCKET, CREDENTIALS, startTestServer, type TestServer } from "./support/test-server.js";

describe("the server", () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await startTestServer({ idleTimeoutMs: 200 });
  });
  afterEach(() => server.stop());

  function closed(socket: ReturnType<typeof connect>): Promise<void> {
    return new Promise((resolve) => {
      socket.on("error", () => {
        socket.destroy();
      });
      socket.on("close", () => {
        resolve();
      });
      socket.resume();
    });
  }

  it("cuts a connection on which nothing happens", async () => {
    const silent = connect(server.port, "127.0.0.1");
    await closed(silent);
    const path = `/${BUCKET}/stalled`;
    const { headers } = signRequest(
      server,
      { method: "PUT", path },
      { payloadHash: "UNSIGNED-PAYLOAD" },
    );
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const stalled = connect(server.port, "127.0.0.1");
    stalled.write(`PUT ${path} HTTP/1.1\r\n${lines.join("")}content-length: 9\r\n\r\nhalf`);
    await closed(stalled);
    expect((await send(server, { method: "GET", path })).status).toBe(404);
  });

  it("does not cut a connection while it is at work itself", async () => {
    server.faults.add({ fault: { type: "delay", ms: 600 } });
    expect((await send(server, { method: "GET", path: `/${BUCKET}/x` })).status).toBe(404);
  });

  it("ends open connections when it closes, and frees its port", async () => {
    const open = connect(server.port, "127.0.0.1");
    await new Promise((resolve) => open.once("connect", resolve));
    const gone = closed(open);
    await server.close();
    await gone;
    const { dataDir, port } = server;
    const again = await startTestServer({ dataDir, port });
    expect(again.port).toBe(port);
    await again.close();
  });

  it("says that a port is taken", async () => {
    const options = { dataDir: `${server.dataDir}/other`, port: server.port, ...CREDENTIALS };
    await expect(startLocalS3(options)).rejects.toMatchObject({ code: "EADDRINUSE" });
  });

  it.each([
    ["an empty secret", { secretAccessKey: "" }],
    ["an access key with a slash", { accessKeyId: "a/b" }],
    ["a port out of range", { port: 65_536 }],
    ["a timeout of nothing", { idleTimeoutMs: 0 }],
  ])("does not start with %s", async (_, wrong) => {
    const options = { dataDir: `${server.dataDir}/other`, ...CREDENTIALS, ...wrong };
    await expect(startLocalS3(options)).rejects.toThrow(TypeError);
  });

  it("does not start with a bucket name that S3 does not allow", async () => {
    const options = {
      dataDir: `${server.dataDir}/other`,
      ...CREDENTIALS,
      buckets: ["Not_Allowed"],
    };
    await expect(startLocalS3(options)).rejects.toMatchObject({ code: "InvalidBucketName" });
  });

  it.each([
    ["two lengths", { "content-length": ["1", "1"] }, "BadRequest", "Duplicate Content-Length"],
    [
      "headers beyond their limit",
      { "x-amz-meta-a": "x".repeat(40_000) },
      "RequestHeaderSectionTooLarge",
      "exceed the maximum allowed size",
    ],
  ])("answers what it cannot read with a document: %s", async (_, headers, code, message) => {
    const request = { method: "PUT", path: `/${BUCKET}/key`, headers, body: "x" };
    const reply = await sendRaw(server, request);
    expect(reply).toMatchObject({ status: 400, code });
    expect(reply.text).toContain(message);
    expect(reply.headers["x-amz-request-id"]).toMatch(/^[0-9A-F]{16}$/);
  });

  it("gives every response an id of its own and names the resource in errors", async () => {
    const first = await sendRaw(server, { method: "GET", path: `/${BUCKET}/a%20b` });
    const second = await sendRaw(server, { method: "GET", path: `/${BUCKET}/a%20b` });
    expect(first.headers["x-amz-request-id"]).toMatch(/^[0-9A-F]{16}$/);
    expect(first.headers["x-amz-request-id"]).not.toBe(second.headers["x-amz-request-id"]);
    expect(first.text).toContain(
      `<RequestId>${first.headers["x-amz-request-id"] ?? ""}</RequestId>`,
    );
    expect(first.text).toContain(`<Resource>/${BUCKET}/a%20b</Resource>`);
    expect(first.headers["content-type"]).toBe("application/xml");
  });

  it("keeps a connection usable after it refused an upload", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const upload = (body: string) =>
      new Promise<{ status: number | undefined; reused: boolean }>((resolve, reject) => {
        const outgoing = request(
          { port: server.port, host: "127.0.0.1", method: "PUT", path: `/${BUCKET}/x`, agent },
          (response) => {
            response.resume();
            response.on("end", () => {
              resolve({ status: response.statusCode, reused: outgoing.reusedSocket });
            });
          },
        );
        outgoing.on("error", reject);
        outgoing.end(body);
      });
    expect(await upload("x".repeat(1_000_000))).toEqual({ status: 403, reused: false });
    expect(await upload("y")).toEqual({ status: 403, reused: true });
    agent.destroy();
  });
});
