import { createHash } from "node:crypto";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { send } from "@repo/s3-contract/requests";

import { BUCKET, startTestServer, type TestServer } from "./support/test-server.js";

const PATH = `/${BUCKET}/digits`;
const BODY = "0123456789";
const ETAG = createHash("md5").update(BODY).digest("hex");
const HOUR = 3_600_000;
const PAST = new Date(Date.now() - HOUR).toUTCString();
const FUTURE = new Date(Date.now() + HOUR).toUTCString();

describe("reading an object", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
    const headers = { "cache-control": "max-age=5" };
    await send(server, { method: "PUT", path: PATH, body: BODY, headers });
    await send(server, { method: "PUT", path: `/${BUCKET}/empty` });
  });
  afterAll(() => server.stop());

  const read = (headers: Record<string, string>, method = "GET", path = PATH) =>
    send(server, { method, path, headers });

  it.each([
    ["bytes=0-0", "0", "bytes 0-0/10"],
    ["bytes=2-4", "234", "bytes 2-4/10"],
    ["bytes=7-", "789", "bytes 7-9/10"],
    ["bytes=8-100", "89", "bytes 8-9/10"],
    ["bytes=-3", "789", "bytes 7-9/10"],
    ["bytes=-100", BODY, "bytes 0-9/10"],
  ])("answers the range %s with that part", async (range, text, contentRange) => {
    const reply = await read({ range });
    expect(reply).toMatchObject({ status: 206, text });
    expect(reply.headers).toMatchObject({
      "content-range": contentRange,
      "content-length": String(text.length),
      etag: `"${ETAG}"`,
    });
    const head = await read({ range }, "HEAD");
    expect(head).toMatchObject({ status: 206, text: "" });
    expect(head.headers["content-range"]).toBe(contentRange);
  });

  it.each(["bytes=10-", "bytes=10-12", "bytes=-0"])("refuses the range %s", async (range) => {
    expect(await read({ range })).toMatchObject({ status: 416, code: "InvalidRange" });
    expect(await read({ range }, "HEAD")).toMatchObject({ status: 416, text: "" });
  });

  it.each(["bytes=4-2", "bytes=a-b", "bytes=-", "items=0-1", "bytes=0-1,3-4"])(
    "ignores %s, which is no range that S3 acts on",
    async (range) => {
      expect(await read({ range })).toMatchObject({ status: 200, text: BODY });
    },
  );

  it("has no range of an empty object", async () => {
    const path = `/${BUCKET}/empty`;
    expect(await read({ range: "bytes=0-" }, "GET", path)).toMatchObject({ status: 416 });
    expect(await read({}, "GET", path)).toMatchObject({ status: 200, text: "" });
  });

  it.each<[string, Record<string, string>, number]>([
    ["If-Match with the ETag", { "if-match": `"${ETAG}"` }, 200],
    ["If-Match with the bare ETag", { "if-match": ETAG }, 200],
    ["If-Match with a list", { "if-match": `"x", "${ETAG}"` }, 200],
    ["If-Match with *", { "if-match": "*" }, 200],
    ["If-Match with another ETag", { "if-match": '"x"' }, 412],
    ["If-None-Match with the ETag", { "if-none-match": `"${ETAG}"` }, 304],
    ["If-None-Match with a weak ETag", { "if-none-match": `W/"${ETAG}"` }, 304],
    ["If-None-Match with another ETag", { "if-none-match": '"x"' }, 200],
    ["If-Modified-Since before", { "if-modified-since": PAST }, 200],
    ["If-Modified-Since after", { "if-modified-since": FUTURE }, 304],
    ["If-Modified-Since that is no date", { "if-modified-since": "yesterday" }, 200],
    ["If-Unmodified-Since after", { "if-unmodified-since": FUTURE }, 200],
    ["If-Unmodified-Since before", { "if-unmodified-since": PAST }, 412],
    [
      "If-Match that holds over If-Unmodified-Since that does not",
      { "if-match": ETAG, "if-unmodified-since": PAST },
      200,
    ],
    [
      "If-None-Match that holds over If-Modified-Since that does not",
      { "if-none-match": '"x"', "if-modified-since": FUTURE },
      200,
    ],
    ["a failed condition over a range", { "if-match": '"x"', range: "bytes=90-" }, 412],
  ])("with %s answers", async (_, headers, status) => {
    expect((await read(headers)).status).toBe(status);
    expect((await read(headers, "HEAD")).status).toBe(status);
  });

  it("answers 304 with validators and without a body", async () => {
    const reply = await read({ "if-none-match": ETAG });
    expect(reply.text).toBe("");
    expect(reply.headers).toMatchObject({ etag: `"${ETAG}"`, "cache-control": "max-age=5" });
    const { "last-modified": lastModified = "" } = reply.headers;
    expect((await read({ "if-modified-since": lastModified })).status).toBe(304);
    expect((await read({ "if-unmodified-since": lastModified })).status).toBe(200);
  });

  it("answers a range only of the version that If-Range names", async () => {
    const range = "bytes=0-1";
    expect((await read({ range, "if-range": `"${ETAG}"` })).status).toBe(206);
    expect((await read({ range, "if-range": '"older"' })).status).toBe(200);
  });
});
