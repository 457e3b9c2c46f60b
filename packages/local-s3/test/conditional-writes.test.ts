import { createHash } from "node:crypto";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { send } from "@repo/s3-contract/requests";

import { BUCKET, startTestServer, type TestServer } from "./support/test-server.js";

function etagOf(body: string): string {
  return createHash("md5").update(body).digest("hex");
}

describe("a conditional write", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.stop());

  const put = (key: string, body: string, headers: Record<string, string> = {}) =>
    send(server, { method: "PUT", path: `/${BUCKET}/${key}`, body, headers });
  const get = (key: string) => send(server, { method: "GET", path: `/${BUCKET}/${key}` });

  it("with If-Match on nothing is NoSuchKey", async () => {
    expect(await put("nothing", "x", { "if-match": etagOf("x") })).toMatchObject({
      status: 404,
      code: "NoSuchKey",
    });
    expect((await get("nothing")).status).toBe(404);
  });

  it("with If-None-Match of an ETag is not implemented, as in S3", async () => {
    expect((await put("new", "x", { "if-none-match": '"x"' })).status).toBe(501);
  });

  it("also guards a deletion", async () => {
    await put("deleted", "x");
    const path = `/${BUCKET}/deleted`;
    const refused = await send(server, { method: "DELETE", path, headers: { "if-match": "y" } });
    expect(refused.status).toBe(412);
    const headers = { "if-match": `"${etagOf("x")}"` };
    expect((await send(server, { method: "DELETE", path, headers })).status).toBe(204);
    expect((await get("deleted")).status).toBe(404);
  });
});
