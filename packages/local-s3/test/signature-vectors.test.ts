import { createHash } from "node:crypto";

import { describe, expect, it } from "@jest/globals";

import { canonicalRequest } from "../src/auth/canonical-request.js";
import { ChunkSignatures } from "../src/auth/chunk-signatures.js";
import { sign, signingKey, stringToSign } from "../src/auth/signing.js";
import { QueryParameters } from "../src/http/query-parameters.js";
import { RequestHeaders } from "../src/http/request-headers.js";

// The examples of the Amazon S3 API reference, "Authenticating Requests (AWS Signature Version 4)".
const SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const TIMESTAMP = "20130524T000000Z";
const SCOPE = { date: "20130524", region: "us-east-1", service: "s3" };
const KEY = signingKey(SECRET, SCOPE);
const EMPTY = createHash("sha256").digest("hex");

function signatureOf(
  method: string,
  path: string,
  query: string,
  headers: readonly [name: string, value: string][],
  payloadHash: string,
): string {
  const canonical = canonicalRequest(
    {
      method,
      path,
      query: QueryParameters.parse(query),
      headers: new RequestHeaders(headers.flat()),
    },
    headers.map(([name]) => name),
    payloadHash,
  );
  return sign(KEY, stringToSign(TIMESTAMP, SCOPE, canonical));
}

describe("AWS's published signature examples", () => {
  const common: [string, string][] = [
    ["host", "examplebucket.s3.amazonaws.com"],
    ["x-amz-content-sha256", EMPTY],
    ["x-amz-date", TIMESTAMP],
  ];

  it("GET Object with a range", () => {
    const headers: [string, string][] = [...common];
    headers.splice(1, 0, ["range", "bytes=0-9"]);
    expect(signatureOf("GET", "/test.txt", "", headers, EMPTY)).toBe(
      "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
    );
  });

  it("PUT Object with a key that needs encoding", () => {
    const hash = createHash("sha256").update("Welcome to Amazon S3.").digest("hex");
    const headers: [string, string][] = [
      ["date", "Fri, 24 May 2013 00:00:00 GMT"],
      ["host", "examplebucket.s3.amazonaws.com"],
      ["x-amz-content-sha256", hash],
      ["x-amz-date", TIMESTAMP],
      ["x-amz-storage-class", "REDUCED_REDUNDANCY"],
    ];
    expect(signatureOf("PUT", "/test$file.text", "", headers, hash)).toBe(
      "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
    );
  });

  it("GET Bucket lifecycle, a parameter without a value", () => {
    expect(signatureOf("GET", "/", "lifecycle", common, EMPTY)).toBe(
      "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
    );
  });

  it("GET Bucket with parameters", () => {
    expect(signatureOf("GET", "/", "max-keys=2&prefix=J", common, EMPTY)).toBe(
      "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
    );
  });

  it("a presigned URL", () => {
    const query =
      "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=ignored";
    const host: [string, string] = ["host", "examplebucket.s3.amazonaws.com"];
    expect(signatureOf("GET", "/test.txt", query, [host], "UNSIGNED-PAYLOAD")).toBe(
      "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
    );
  });

  it("the chunks of a signed upload", () => {
    const chunks = chain("4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9");
    chunks.verifyChunk(
      hashOf("a".repeat(65_536)),
      "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
    );
    chunks.verifyChunk(
      hashOf("a".repeat(1024)),
      "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
    );
    expect(() => {
      chunks.verifyChunk(EMPTY, "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9");
    }).not.toThrow();
  });

  it("the chunks and the trailer of a signed upload with a trailing checksum", () => {
    const chunks = chain("106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e");
    chunks.verifyChunk(
      hashOf("a".repeat(65_536)),
      "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
    );
    chunks.verifyChunk(
      hashOf("a".repeat(1024)),
      "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
    );
    chunks.verifyChunk(EMPTY, "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992");
    expect(() => {
      chunks.verifyTrailer(
        "x-amz-checksum-crc32c:sOO8/Q==\n",
        "d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435",
      );
    }).not.toThrow();
  });

  it("refuses a chunk out of its place", () => {
    const chunks = chain("4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9");
    expect(() => {
      chunks.verifyChunk(
        hashOf("a".repeat(1024)),
        "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
      );
    }).toThrow(expect.objectContaining({ code: "SignatureDoesNotMatch" }));
  });
});

function chain(signature: string): ChunkSignatures {
  return new ChunkSignatures({
    payloadHash: "",
    signature,
    signingKey: KEY,
    scope: SCOPE,
    timestamp: TIMESTAMP,
  });
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
