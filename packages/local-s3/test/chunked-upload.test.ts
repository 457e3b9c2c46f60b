import { crc32 } from "node:zlib";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type ChunkedUpload, send, sendChunked } from "@repo/s3-contract/requests";

import { BUCKET, startTestServer, type TestServer } from "./support/test-server.js";

const SIGNED = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
const SIGNED_TRAILER = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
const UNSIGNED_TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
const CHUNKS = ["a".repeat(65_536), "b".repeat(8192), "the end"];
const PATH = `/${BUCKET}/chunked`;

function crc32Of(text: string): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(text));
  return bytes.toString("base64");
}

const TRAILER = { name: "x-amz-checksum-crc32", value: crc32Of(CHUNKS.join("")) };

const GOOD: ChunkedUpload[] = [
  { path: PATH, chunks: CHUNKS, kind: SIGNED },
  { path: PATH, chunks: CHUNKS, kind: SIGNED_TRAILER, trailer: TRAILER },
  { path: PATH, chunks: CHUNKS, kind: UNSIGNED_TRAILER, trailer: TRAILER },
  { path: PATH, chunks: [], kind: SIGNED },
];

describe("an aws-chunked upload", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.stop());

  const read = () =>
    send(server, { method: "GET", path: PATH, headers: { "x-amz-checksum-mode": "ENABLED" } });

  async function expectRefused(upload: ChunkedUpload, status: number, code: string) {
    await send(server, { method: "PUT", path: PATH, body: "before" });
    const reply = await sendChunked(server, upload);
    expect({ status: reply.status, code: reply.code }).toEqual({ status, code });
    expect((await read()).text).toBe("before");
  }

  it.each(GOOD)("is decoded and stored: $kind, $chunks.length chunks", async (upload) => {
    expect((await sendChunked(server, upload)).status).toBe(200);
    const stored = await read();
    expect(stored.text).toBe(upload.chunks.join(""));
    expect(stored.headers["content-encoding"]).toBeUndefined();
    expect(stored.headers["x-amz-checksum-crc32"]).toBe(upload.trailer?.value);
  });

  it("keeps other content encodings", async () => {
    const headers = { "content-encoding": "aws-chunked,gzip" };
    await sendChunked(server, { path: PATH, chunks: ["x"], kind: SIGNED, headers });
    expect((await read()).headers["content-encoding"]).toBe("gzip");
  });

  const [signed, signedTrailer, unsignedTrailer] = GOOD as [
    ChunkedUpload,
    ChunkedUpload,
    ChunkedUpload,
  ];

  it.each([
    ["changed bytes", (body: string) => body.replace("bbb", "bbc")],
    ["a changed signature", (body: string) => body.replace(/(signature=)\w/, "$1x")],
    ["a missing signature", (body: string) => body.replace(/;chunk-signature=\w+/, "")],
    [
      "exchanged chunks",
      (body: string) => body.replace(/^(1\S+\r\na+\r\n)(2\S+\r\nb+\r\n)/, "$2$1"),
    ],
  ])("is refused with %s", async (_, tamper) => {
    const reply = await sendChunked(server, { ...signed, path: `/${BUCKET}/forged`, tamper });
    expect(reply.status).toBeGreaterThanOrEqual(400);
    expect(reply.code).toMatch(/^(?:SignatureDoesNotMatch|IncompleteBody)$/);
    const stored = await send(server, { method: "GET", path: `/${BUCKET}/forged` });
    expect(stored.status).toBe(404);
  });

  it("is refused when a trailer is not the signed one", () =>
    expectRefused(
      { ...signedTrailer, tamper: (body) => body.replace(TRAILER.value, crc32Of("x")) },
      403,
      "SignatureDoesNotMatch",
    ));

  it("is refused when the bytes do not have the trailing checksum", () =>
    expectRefused(
      { ...unsignedTrailer, tamper: (body) => body.replace("bbb", "bbc") },
      400,
      "BadDigest",
    ));

  it("is refused when the announced trailer is missing or another one", async () => {
    const trailer = `${TRAILER.name}:${TRAILER.value}\r\n`;
    for (const replacement of ["", `x-amz-checksum-sha1:${TRAILER.value}\r\n`, "nonsense\r\n"]) {
      await expectRefused(
        { ...unsignedTrailer, tamper: (body) => body.replace(trailer, replacement) },
        400,
        "MalformedTrailerError",
      );
    }
  });

  it("is refused when the chunks do not add up to the decoded length", async () => {
    const decodedLength = CHUNKS.join("").length;
    for (const wrong of [decodedLength - 1, decodedLength + 1]) {
      await expectRefused({ ...signed, decodedLength: wrong }, 400, "IncompleteBody");
    }
  });

  it("is refused when the last chunk or the end is missing", async () => {
    await expectRefused(
      { ...unsignedTrailer, tamper: (body) => body.slice(0, -30) },
      400,
      "IncompleteBody",
    );
    await expectRefused(
      { ...unsignedTrailer, tamper: (body) => `${body}more` },
      400,
      "IncompleteBody",
    );
  });

  it("is refused when a chunk but the last is small", () =>
    expectRefused({ ...signed, chunks: ["small", "chunks"] }, 403, "InvalidChunkSizeError"));

  it("is refused without the decoded length", async () => {
    const reply = await send(
      server,
      { method: "PUT", path: PATH, body: "0\r\n\r\n" },
      { payloadHash: UNSIGNED_TRAILER },
    );
    expect({ status: reply.status, code: reply.code }).toEqual({
      status: 411,
      code: "MissingContentLength",
    });
  });
});
