import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

import { describe, expect, it } from "@jest/globals";

import { type S3Provider } from "../src/index.js";
import { localS3 } from "./support/local-s3.js";
import { testResources } from "./support/resources.js";
import {
  afterBody,
  hang,
  loseResponse,
  type Reply,
  respond,
  respondError,
  respondXml,
} from "./support/scripted-server.js";

const { scripted, defer } = testResources();
const local = localS3();

const BODY = Buffer.from("bytes");
const PLAIN = { key: "k", body: BODY, byteLength: 5, contentType: "image/png" };
/** Goes the short way. */
const DIGESTED = { ...PLAIN, sha256: createHash("sha256").update(BODY).digest() };
const UPLOAD = { key: "k", uploadId: "u" };
const PARTS = [{ partNumber: 1, etag: '"p"' }];

type Call = (s3: S3Provider) => Promise<{ unanswered: boolean }>;

const COMPLETED = respondXml(
  '<CompleteMultipartUploadResult><ETag>"e"</ETag></CompleteMultipartUploadResult>',
);
const COPIED = respondXml('<CopyObjectResult><ETag>"e"</ETag></CopyObjectResult>');
const STORED = respond(200, { etag: '"e"' });

const CALLS: readonly [string, Call, Reply][] = [
  ["put by the SDK", (s3) => s3.put(PLAIN), STORED],
  ["put the short way", (s3) => s3.put(DIGESTED), STORED],
  ["completeMultipartUpload", (s3) => s3.completeMultipartUpload(UPLOAD, PARTS), COMPLETED],
  ["copy", (s3) => s3.copy({ sourceKey: "s", targetKey: "k" }), COPIED],
];

const half = afterBody((request, response) => {
  response.writeHead(200, { "content-length": 1_000, "content-type": "application/xml" });
  response.write("<?xml", () => request.socket.resetAndDestroy());
});

describe.each(CALLS)("%s", (_name, call, success) => {
  it("leaves nothing unanswered when the first attempt succeeds", async () => {
    const { s3 } = await scripted([success]);

    await expect(call(s3)).resolves.toMatchObject({ unanswered: false });
  });

  it.each([
    ["503 SlowDown", respondError(503, "SlowDown")],
    ["500 InternalError", respondError(500, "InternalError")],
    ["400 RequestTimeout", respondError(400, "RequestTimeout")],
  ])("leaves nothing unanswered when it succeeds after %s", async (_answer, reply) => {
    const { s3, server } = await scripted([reply, success]);

    await expect(call(s3)).resolves.toMatchObject({ unanswered: false });
    expect(server.seen).toHaveLength(2);
  });

  it.each([
    ["a lost response", loseResponse],
    ["no answer in time", hang],
    ["a 502 of a gateway", respond(502, {}, "upstream")],
    ["a 504 of a gateway that writes S3's documents", respondError(504, "GatewayTimeout")],
    ["a 503 without a document of S3", respond(503)],
    ["a 500 without a document of S3", respond(500, {}, "<html></html>")],
  ])("says that an attempt is unanswered when it succeeds after %s", async (_fault, reply) => {
    const { s3 } = await scripted([reply, success], { requestTimeoutMs: 200 });

    await expect(call(s3)).resolves.toMatchObject({ unanswered: true });
  });

  it("remembers the attempt over an answered one", async () => {
    const { s3 } = await scripted([loseResponse, respondError(503, "SlowDown"), success]);

    await expect(call(s3)).resolves.toMatchObject({ unanswered: true });
  });
});

it.each(CALLS.slice(2))(
  "%s says that an attempt is unanswered when half of its answer came",
  async (_name, call, success) => {
    const { s3 } = await scripted([half, success]);

    await expect(call(s3)).resolves.toMatchObject({ unanswered: true });
  },
);

it("a refused connection is no attempt without an answer", async () => {
  const { s3, server } = await scripted([STORED], { maxAttempts: 20 });
  const { port } = new URL(server.endpoint);
  await server.close();
  const put = s3.put(PLAIN);
  await sleep(50);
  const late = createServer((request, response) => {
    afterBody((_request, answer) => answer.writeHead(200, { etag: '"e"' }).end())(
      request.resume(),
      response,
    );
  }).listen(Number(port), "127.0.0.1");
  defer(() => {
    late.closeAllConnections();
    late.close();
  });

  await expect(put).resolves.toMatchObject({ unanswered: false });
});

describe("a PUT that is held back and lands later", () => {
  it("makes the object again after its deletion, and the put that was repeated says so", async () => {
    let land = (): void => undefined;
    const until = new Promise<void>((resolve) => (land = resolve));
    local.running().faults.add({
      match: ({ operation }) => operation === "PutObject",
      times: 1,
      fault: { type: "landLate", until },
    });
    const s3 = local.provider();

    const put = await s3.put(DIGESTED);
    await s3.delete("k");
    await expect(s3.head("k")).rejects.toMatchObject({ code: "s3_not_found" });
    land();
    await exists(s3, "k");

    expect(put.unanswered).toBe(true);
  });
});

async function exists(s3: S3Provider, key: string): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    if (await s3.head(key).catch(() => undefined)) return;
    await sleep(20);
  }
  throw new Error(`there is no object ${key}`);
}
