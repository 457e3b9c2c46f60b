import { createHash } from "node:crypto";

import { DeleteObjectsCommand, type S3Client } from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { sdkClient, send } from "@repo/s3-contract/requests";

import { type FaultRequest } from "../src/index.js";
import { BUCKET, startTestServer, type TestServer } from "./support/test-server.js";

const PATH = `/${BUCKET}/key`;
const PUT = { method: "PUT", path: PATH, body: "new" };
const GET = { method: "GET", path: PATH };

describe("an injected fault", () => {
  let server: TestServer;
  let client: S3Client;
  beforeAll(async () => {
    server = await startTestServer();
    client = sdkClient(server);
  });
  afterEach(async () => {
    server.faults.clear();
    await send(server, { ...PUT, body: "old" });
  });
  afterAll(async () => {
    client.destroy();
    await server.stop();
  });

  it("sees the operation by its S3 name, and strikes what it matches, as often as told", async () => {
    const seen: FaultRequest[] = [];
    const active = server.faults.add({
      match(request) {
        seen.push(request);
        return request.operation === "GetObject";
      },
      times: 2,
      fault: { type: "error", status: 503, code: "SlowDown" },
    });
    await send(server, PUT);
    const statuses: number[] = [];
    for (let tries = 0; tries < 4; tries++) statuses.push((await send(server, GET)).status);
    expect(statuses).toEqual([503, 503, 200, 200]);
    expect(active.hits).toBe(2);
    expect(seen[0]).toEqual({ method: "PUT", operation: "PutObject", bucket: BUCKET, key: "key" });
    expect(seen.map(({ operation }) => operation)).toEqual(["PutObject", "GetObject", "GetObject"]);
  });

  it("is over when it is removed or all are cleared", async () => {
    const fault = { type: "error", status: 500, code: "InternalError" } as const;
    const active = server.faults.add({ fault });
    expect(await send(server, GET)).toMatchObject({ status: 500, code: "InternalError" });
    active.remove();
    expect((await send(server, GET)).status).toBe(200);
    server.faults.add({ fault });
    server.faults.clear();
    expect((await send(server, GET)).status).toBe(200);
  });

  it("does not strike requests that are refused anyway", async () => {
    const active = server.faults.add({ fault: { type: "resetRequest" } });
    expect((await send(server, GET, { secretAccessKey: "guessed" })).status).toBe(403);
    expect(active.hits).toBe(0);
  });

  it("error: answers it and does nothing", async () => {
    server.faults.add({ times: 1, fault: { type: "error", status: 503, code: "SlowDown" } });
    expect(await send(server, PUT)).toMatchObject({ status: 503, code: "SlowDown" });
    expect((await send(server, GET)).text).toBe("old");
  });

  it("delay: other requests overtake", async () => {
    server.faults.add({ times: 1, fault: { type: "delay", ms: 150 } });
    const finished: string[] = [];
    await Promise.all([
      send(server, PUT).then(() => finished.push("delayed")),
      send(server, GET).then(() => finished.push("other")),
    ]);
    expect(finished).toEqual(["other", "delayed"]);
    expect((await send(server, GET)).text).toBe("new");
  });

  it("delay: ends with the server", async () => {
    const other = await startTestServer();
    other.faults.add({ fault: { type: "delay", ms: 3_600_000 } });
    const outcome = send(other, GET).catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await other.stop();
    expect(await outcome).toMatchObject({ code: "ECONNRESET" });
  });

  it("resetRequest: does nothing and cuts the connection", async () => {
    server.faults.add({ times: 1, fault: { type: "resetRequest" } });
    await expect(send(server, PUT)).rejects.toMatchObject({ code: "ECONNRESET" });
    expect((await send(server, GET)).text).toBe("old");
  });

  it.each([1, 3, 200_000])("resetAfterBytes: cuts an upload after %i bytes", async (bytes) => {
    server.faults.add({ times: 1, fault: { type: "resetAfterBytes", bytes } });
    const body = bytes > 3 ? "n".repeat(2_000_000) : "new";
    await expect(send(server, { ...PUT, body })).rejects.toMatchObject({
      code: expect.stringMatching(/^(?:ECONNRESET|EPIPE)$/),
    });
    expect((await send(server, GET)).text).toBe("old");
  });

  it.each([0, 1, 2])("truncateResponse: %i bytes of the body arrive", async (bytes) => {
    server.faults.add({ times: 1, fault: { type: "truncateResponse", bytes } });
    await expect(send(server, GET)).rejects.toMatchObject({ code: "ECONNRESET" });
    server.faults.add({ times: 1, fault: { type: "truncateResponse", bytes } });
    const listing = { method: "GET", path: `/${BUCKET}`, query: "list-type=2" };
    await expect(send(server, listing)).rejects.toMatchObject({ code: "ECONNRESET" });
  });

  it("loseResponse: does the work and says nothing", async () => {
    server.faults.add({ times: 2, fault: { type: "loseResponse" } });
    await expect(send(server, PUT)).rejects.toMatchObject({ code: "ECONNRESET" });
    await expect(send(server, GET)).rejects.toMatchObject({ code: "ECONNRESET" });
    const stored = await send(server, GET);
    expect(stored.text).toBe("new");
    expect(stored.headers["etag"]).toBe(`"${createHash("md5").update("new").digest("hex")}"`);
  });

  it("landLate: cuts the connection, and does the work later", async () => {
    let land = (): void => undefined;
    let isLanded = (): void => undefined;
    const until = new Promise<void>((resolve) => (land = resolve));
    const landed = new Promise<void>((resolve) => (isLanded = resolve));
    const other = await startTestServer();
    other.faults.add({ times: 1, fault: { type: "landLate", until, onLanded: isLanded } });
    await expect(send(other, PUT)).rejects.toMatchObject({ code: "ECONNRESET" });
    expect((await send(other, GET)).status).toBe(404);
    land();
    await landed;
    expect((await send(other, GET)).text).toBe("new");
    await other.stop();
  });

  it("deleteErrors: reports the keys as failed and leaves them", async () => {
    server.faults.add({ times: 1, fault: { type: "deleteErrors", keys: ["key"] } });
    const command = new DeleteObjectsCommand({
      Bucket: BUCKET,
      Delete: { Objects: [{ Key: "key" }, { Key: "absent" }] },
    });
    const reply = await client.send(command);
    expect(reply.Errors).toMatchObject([{ Key: "key", Code: "InternalError" }]);
    expect(reply.Deleted).toEqual([{ Key: "absent" }]);
    expect((await send(server, GET)).text).toBe("old");
  });
});
