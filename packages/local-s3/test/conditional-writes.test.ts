import { createHash } from "node:crypto";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { type Reply, send } from "./support/http.js";
import { BUCKET, startTestServer, type TestServer } from "./support/test-server.js";

const RACERS = 16;

function etagOf(body: string): string {
  return createHash("md5").update(body).digest("hex");
}

function statuses(replies: readonly Reply[]): number[] {
  return replies.map(({ status }) => status).sort();
}

describe("a conditional write", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ durable: true });
  });
  afterAll(() => server.stop());

  const put = (key: string, body: string, headers: Record<string, string> = {}) =>
    send(server, { method: "PUT", path: `/${BUCKET}/${key}`, body, headers });
  const get = (key: string) => send(server, { method: "GET", path: `/${BUCKET}/${key}` });

  it("with If-None-Match: * creates and does not replace", async () => {
    const headers = { "if-none-match": "*" };
    expect((await put("new", "first", headers)).status).toBe(200);
    expect(await put("new", "second", headers)).toMatchObject({
      status: 412,
      code: "PreconditionFailed",
    });
    expect((await get("new")).text).toBe("first");
  });

  it("with If-Match replaces only what it names", async () => {
    await put("known", "one");
    expect((await put("known", "two", { "if-match": `"${etagOf("one")}"` })).status).toBe(200);
    expect(await put("known", "three", { "if-match": etagOf("one") })).toMatchObject({
      status: 412,
      code: "PreconditionFailed",
    });
    expect((await get("known")).text).toBe("two");
  });

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

  it("has one winner among racers that create", async () => {
    const bodies = Array.from({ length: RACERS }, (_, racer) => `racer ${racer}`);
    const replies = await Promise.all(
      bodies.map((body) => put("race", body, { "if-none-match": "*" })),
    );
    expect(statuses(replies)).toEqual([200, ...Array<number>(RACERS - 1).fill(412)]);
    const winner = replies.findIndex(({ status }) => status === 200);
    expect((await get("race")).text).toBe(bodies[winner]);
  });

  it("has one winner among racers that replace", async () => {
    await put("replaced", "origin");
    const replies = await Promise.all(
      Array.from({ length: RACERS }, (_, racer) =>
        put("replaced", `racer ${racer}`, { "if-match": etagOf("origin") }),
      ),
    );
    expect(statuses(replies)).toEqual([200, ...Array<number>(RACERS - 1).fill(412)]);
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
