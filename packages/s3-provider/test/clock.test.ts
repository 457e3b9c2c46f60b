import { createHash } from "node:crypto";

import { describe, expect, it } from "@jest/globals";

import { S3Provider } from "../src/index.js";
import { connection, testResources } from "./support/resources.js";
import { afterBody, type Reply, respondError } from "./support/scripted-server.js";

const { defer, scripted } = testResources();

const AHEAD_MS = 600_000;
/** More than any request here takes, and less than what the clocks differ by. */
const TOLERANCE_MS = 120_000;

const BODY = Buffer.from("bytes");
const PUT = { key: "k", body: BODY, byteLength: BODY.byteLength, contentType: "image/png" };
const SHA256 = createHash("sha256").update(BODY).digest();
const POST = { byteLength: { min: 1, max: 5 }, contentType: "image/png" };

/** Stores, at a time that is ahead of this machine's. */
const stored: Reply = afterBody((_request, response) => {
  const date = new Date(Date.now() + AHEAD_MS).toUTCString();
  response.writeHead(200, { etag: '"e"', date, "content-length": 0 }).end();
});

function expectAhead(time: Date | undefined, ms: number): void {
  const off = (time?.getTime() ?? NaN) - Date.now() - ms;
  expect(Math.abs(off)).toBeLessThan(TOLERANCE_MS);
}

function timeOf(signed: string | null | undefined): Date {
  const iso = signed?.replace(/^(....)(..)(..T..)(..)(..Z)$/, "$1-$2-$3:$4:$5");
  return new Date(iso ?? "");
}

describe("a presigned request", () => {
  it.each<[string, (s3: S3Provider) => Promise<unknown>]>([
    ["the SDK", (s3) => s3.put(PUT)],
    ["the short way", (s3) => s3.put({ ...PUT, sha256: SHA256 })],
  ])("is signed and expires by the server's clock, which %s learned", async (_name, put) => {
    const { s3 } = await scripted([stored]);
    expectAhead((await s3.presignGet("k", { expiresIn: 60 })).expiresAt, 60_000);

    await put(s3);

    const life = { expiresIn: 60 };
    const get = await s3.presignGet("k", life);
    const uploads = [await s3.presignPut("k", { ...PUT, ...life })];
    for (const { url, expiresAt } of [get, ...uploads]) {
      expectAhead(timeOf(new URL(url).searchParams.get("X-Amz-Date")), AHEAD_MS);
      expectAhead(expiresAt, AHEAD_MS + 60_000);
    }
    const form = await s3.presignPost("k", { ...POST, ...life });
    expectAhead(timeOf(form?.fields["x-amz-date"]), AHEAD_MS);
    expectAhead(form?.expiresAt, AHEAD_MS + 60_000);
  });

  it("for another endpoint takes the clock of the server as well", async () => {
    const { server } = await scripted([stored]);
    const s3 = new S3Provider({
      bucket: "media",
      client: connection(server.endpoint),
      publicEndpoint: "https://files.test",
    });
    defer(() => {
      s3.destroy();
    });

    await s3.put(PUT);

    expectAhead((await s3.presignGet("k", { expiresIn: 60 })).expiresAt, AHEAD_MS + 60_000);
  });

  it.each<[string, string, (s3: S3Provider) => Promise<unknown>]>([
    [
      "completion",
      "<CompleteMultipartUploadResult><ETag>e</ETag></CompleteMultipartUploadResult>",
      (s3) =>
        s3.completeMultipartUpload({ key: "k", uploadId: "u" }, [{ partNumber: 1, etag: "e" }]),
    ],
    [
      "copy",
      "<CopyObjectResult><ETag>e</ETag></CopyObjectResult>",
      (s3) => s3.copy({ sourceKey: "s", targetKey: "k" }),
    ],
  ])(
    "learns nothing of a %s, whose head S3 sends long before its end",
    async (_name, xml, call) => {
      const late: Reply = afterBody((_request, response) => {
        const date = new Date(Date.now() - AHEAD_MS).toUTCString();
        response.writeHead(200, { date, "content-type": "application/xml" }).end(xml);
      });
      const { s3 } = await scripted([late]);

      await call(s3);

      expectAhead((await s3.presignGet("k", { expiresIn: 60 })).expiresAt, 60_000);
    },
  );

  it("takes this machine's clock where the correction is disabled", async () => {
    const { s3 } = await scripted([stored], { disableClockSkewCorrection: true });

    await s3.put(PUT);
    await s3.put({ ...PUT, sha256: SHA256 });

    expectAhead((await s3.presignGet("k", { expiresIn: 60 })).expiresAt, 60_000);
  });
});

describe("a request that is refused for its time", () => {
  it("is signed anew with the server's", async () => {
    const skewed: Reply = (request, response) => {
      response.setHeader("date", new Date(Date.now() + AHEAD_MS).toUTCString());
      respondError(403, "RequestTimeTooSkewed")(request, response);
    };
    const { s3, server } = await scripted([skewed, stored]);

    await s3.put({ ...PUT, sha256: SHA256 });

    const times = server.seen.map(({ headers }) => timeOf(String(headers["x-amz-date"])));
    expectAhead(times[0], 0);
    expectAhead(times[1], AHEAD_MS);
  });
});
