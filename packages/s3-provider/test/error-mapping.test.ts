import { inspect } from "node:util";

import { describe, expect, it } from "@jest/globals";

import {
  S3AccessDeniedError,
  S3ArchivedError,
  S3BucketNotFoundError,
  S3Error,
  S3InvalidRangeError,
  S3InvalidRequestError,
  S3LengthMismatchError,
  S3NotFoundError,
  S3PreconditionFailedError,
  S3StorageFullError,
  S3ThrottledError,
  S3TimeoutError,
  S3UnavailableError,
  S3UnexpectedError,
  S3WrongEndpointError,
} from "../src/index.js";
import { rejectionOf, testResources } from "./support/resources.js";
import { hang, type Reply, respond, respondError } from "./support/scripted-server.js";

const { scripted, provider } = testResources();

const PUT = { key: "k", body: Buffer.from("bytes"), byteLength: 5, contentType: "image/png" };

describe("an error answer", () => {
  it.each([
    [404, "NoSuchKey", S3NotFoundError, false, "not_applied"],
    [404, "NoSuchBucket", S3BucketNotFoundError, false, "not_applied"],
    [401, "Unauthorized", S3AccessDeniedError, false, "not_applied"],
    [403, "SignatureDoesNotMatch", S3AccessDeniedError, false, "not_applied"],
    [403, "InvalidAccessKeyId", S3AccessDeniedError, false, "not_applied"],
    [400, "ExpiredToken", S3AccessDeniedError, false, "not_applied"],
    [412, "PreconditionFailed", S3PreconditionFailedError, false, "not_applied"],
    [409, "ConditionalRequestConflict", S3PreconditionFailedError, true, "not_applied"],
    [416, "InvalidRange", S3InvalidRangeError, false, "not_applied"],
    [400, "RequestTimeout", S3TimeoutError, true, "not_applied"],
    [429, "TooManyRequests", S3ThrottledError, true, "not_applied"],
    [503, "SlowDown", S3ThrottledError, true, "unknown"],
    [503, "ServiceUnavailable", S3UnavailableError, true, "unknown"],
    [500, "InternalError", S3UnavailableError, true, "unknown"],
    [400, "IncompleteBody", S3LengthMismatchError, false, "not_applied"],
    [400, "BadDigest", S3InvalidRequestError, false, "not_applied"],
    [409, "OperationAborted", S3InvalidRequestError, true, "not_applied"],
    [405, "MethodNotAllowed", S3InvalidRequestError, false, "not_applied"],
    [400, "ExpiredTokenException", S3AccessDeniedError, false, "not_applied"],
    [403, "QuotaExceeded", S3StorageFullError, false, "not_applied"],
    [400, "XMinioAdminBucketQuotaExceeded", S3StorageFullError, false, "not_applied"],
    [507, "XMinioStorageFull", S3StorageFullError, false, "unknown"],
    [507, "InsufficientStorage", S3StorageFullError, false, "unknown"],
    [403, "InvalidObjectState", S3ArchivedError, false, "not_applied"],
    [301, "PermanentRedirect", S3WrongEndpointError, false, "not_applied"],
    [307, "TemporaryRedirect", S3WrongEndpointError, true, "not_applied"],
    [302, "Found", S3WrongEndpointError, false, "not_applied"],
    [501, "NotImplemented", S3InvalidRequestError, false, "not_applied"],
  ] as const)("%i %s is a typed error", async (status, code, type, retryable, outcome) => {
    const { s3 } = await scripted([respondError(status, code)], { maxAttempts: 1 });

    const error = await rejectionOf(s3.put(PUT));

    expect(error).toBeInstanceOf(type);
    expect(error).toMatchObject({
      name: type.name,
      message: `S3 put failed: ${code} (status ${status})`,
      operation: "put",
      key: "k",
      statusCode: status,
      requestId: "REQ1",
      retryable,
      outcome,
    });
  });

  const moved = (status: number, code: string, content: string, headers = {}): Reply =>
    respond(status, headers, `<Error><Code>${code}</Code><Message>m</Message>${content}</Error>`);
  const europe = { "x-amz-bucket-region": "eu-west-1" };

  it.each<[string, Reply, string]>([
    ["region", moved(301, "PermanentRedirect", "", europe), "eu-west-1"],
    ["region of HEAD", respond(301, europe), "eu-west-1"],
    [
      "region of a signature",
      moved(400, "AuthorizationHeaderMalformed", "<Region>eu-west-1</Region>"),
      "eu-west-1",
    ],
    [
      "endpoint",
      moved(307, "TemporaryRedirect", "<Endpoint>media.s3-eu-west-1.amazonaws.com</Endpoint>"),
      "media.s3-eu-west-1.amazonaws.com",
    ],
  ])("names the %s where the bucket is", async (name, reply, place) => {
    const { s3 } = await scripted([reply], { maxAttempts: 1 });

    const error = await rejectionOf(name === "region of HEAD" ? s3.head("k") : s3.get("k"));

    expect(String(error)).toContain(`; the bucket is at ${place}`);
  });

  it("names no place that is none", async () => {
    const reply = moved(301, "PermanentRedirect", "<Endpoint>see X-Amz-Signature=1</Endpoint>");
    const { s3 } = await scripted([reply], { maxAttempts: 1 });

    const error = await rejectionOf(s3.get("k"));

    expect(error).toMatchObject({
      code: "s3_wrong_endpoint",
      message: "S3 get failed: PermanentRedirect (status 301)",
    });
  });

  it.each([
    [404, "s3_not_found"],
    [403, "s3_access_denied"],
    [412, "s3_precondition_failed"],
    [500, "s3_unavailable"],
  ])("is known by its status %i alone, as HEAD has no body", async (status, code) => {
    const { s3 } = await scripted([respond(status)], { maxAttempts: 1 });

    await expect(s3.head("k")).rejects.toMatchObject({ code, statusCode: status });
  });

  it("of a proxy that speaks HTML is known by its status", async () => {
    const { s3 } = await scripted([respond(502, {}, "<html><br>Bad gateway")], { maxAttempts: 1 });

    await expect(s3.put(PUT)).rejects.toMatchObject({ code: "s3_unavailable", statusCode: 502 });
  });
});

describe("an answer that is not S3's", () => {
  it.each(["<html><br>hello", "{}", "<ListBucketResult"])("%s is unexpected", async (text) => {
    const { s3 } = await scripted([respond(200, {}, text)], { maxAttempts: 1 });

    expect(await rejectionOf(s3.createMultipartUpload(PUT))).toBeInstanceOf(S3UnexpectedError);
  });

  it("without an ETag or an upload id is unexpected, of unknown outcome", async () => {
    const { s3 } = await scripted([respond(200)]);
    const upload = { key: "k", uploadId: "u" };
    const unexpected = { code: "s3_unexpected", outcome: "unknown", key: "k" };

    await expect(s3.put(PUT)).rejects.toMatchObject(unexpected);
    await expect(s3.uploadPart(upload, { partNumber: 1, ...PUT })).rejects.toMatchObject(
      unexpected,
    );
    await expect(s3.createMultipartUpload(PUT)).rejects.toMatchObject(unexpected);
  });
});

describe("a request that cannot be made", () => {
  it.each(["", "lone surrogate \ud800"])("for the key %j is invalid", async (key) => {
    const { s3, server } = await scripted([respond(204)]);
    const invalid = { code: "s3_invalid_request", outcome: "not_applied", retryable: false };

    await expect(s3.delete(key)).rejects.toMatchObject(invalid);
    await expect(s3.get(key)).rejects.toMatchObject(invalid);
    await expect(s3.put({ ...PUT, key })).rejects.toMatchObject(invalid);
    await expect(s3.copy({ sourceKey: key, targetKey: "t" })).rejects.toMatchObject(invalid);
    await expect(s3.presignGet(key, { expiresIn: 60 })).rejects.toMatchObject(invalid);
    await expect(s3.deleteMany([key])).resolves.toMatchObject({
      failed: [{ key, error: invalid }],
    });
    expect(server.seen).toEqual([]);
  });

  it("for lack of credentials is an access failure without the provider's words", async () => {
    const { s3, server } = await scripted([respond(200)], {
      credentials: () => Promise.reject(new Error("vault says topsecretvalue")),
    });
    const denied = { code: "s3_access_denied", outcome: "not_applied" };

    const error = await rejectionOf(s3.put(PUT));

    expect(error).toMatchObject(denied);
    expect(String(error)).not.toContain("vault");
    await expect(s3.presignGet("k", { expiresIn: 60 })).rejects.toMatchObject(denied);
    expect(server.seen).toEqual([]);
  });
});

describe("an error", () => {
  it("shows no secret and no signature, however deep it is printed", async () => {
    const refused = provider("http://127.0.0.1:1", { maxAttempts: 1 });
    const { s3 } = await scripted([respondError(403, "SignatureDoesNotMatch"), hang], {
      requestTimeoutMs: 100,
      maxAttempts: 1,
    });

    const errors = await Promise.all([
      rejectionOf(s3.get("k")),
      rejectionOf(s3.get("k")),
      rejectionOf(refused.get("k")),
    ]);

    for (const error of errors) {
      expect(error).toBeInstanceOf(S3Error);
      const printed = inspect(error, { depth: Infinity, showHidden: false });
      expect(printed).not.toContain("topsecretvalue");
      expect(printed).not.toMatch(/Signature=/i);
      expect(JSON.stringify(error)).not.toMatch(/topsecretvalue|Signature=/i);
    }
  });
});
