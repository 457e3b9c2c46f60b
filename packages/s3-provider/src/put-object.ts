import { type Readable } from "node:stream";

import { PutObjectCommand, type PutObjectCommandOutput } from "@aws-sdk/client-s3";

import { S3LengthMismatchError, S3UnexpectedError } from "./errors.js";
import { RequestBody } from "./request-body.js";
import { type S3Call, type S3Caller } from "./s3-caller.js";

/** What an object is stored with. */
export interface ObjectHeaders {
  contentType: string;
  contentDisposition?: string;
  cacheControl?: string;
}

export interface PutInput extends ObjectHeaders {
  key: string;
  body: Uint8Array | Readable;
  /** Length of the body in bytes, checked. */
  byteLength: number;
  /**
   * SHA-256 of a body of bytes, where it is known: it is signed, and spares computing it once more.
   * The server refuses other bytes.
   */
  sha256?: Uint8Array;
  /** "*" refuses to replace an existing object. */
  ifNoneMatch?: "*";
  signal?: AbortSignal;
}

export async function putObject(caller: S3Caller, input: PutInput): Promise<{ etag: string }> {
  const call: S3Call = { operation: "put", key: input.key, signal: input.signal };
  const output =
    input.body instanceof Uint8Array
      ? await putBytes(caller, input, input.body, call)
      : await putStream(caller, input, input.body, call);
  if (output.ETag === undefined) {
    throw new S3UnexpectedError({ ...call, outcome: "unknown", reason: "the answer has no ETag" });
  }
  return { etag: output.ETag };
}

function putBytes(
  caller: S3Caller,
  input: PutInput,
  body: Uint8Array,
  call: S3Call,
): Promise<PutObjectCommandOutput> {
  if (body.byteLength !== input.byteLength) {
    return Promise.reject(lengthMismatch(input, body.byteLength));
  }
  const command = putCommand(caller, input, body);
  if (input.sha256 !== undefined) signPayload(command, input.sha256);
  return caller.send(command, call);
}

/**
 * A failing source, a wrong length and the caller's signal all cut the connection: the server must
 * never see the end of a body that is not whole, nor wait for one that does not come.
 */
async function putStream(
  caller: S3Caller,
  input: PutInput,
  source: Readable,
  call: S3Call,
): Promise<PutObjectCommandOutput> {
  const body = new RequestBody(source, {
    byteLength: input.byteLength,
    onMismatch: (received) => lengthMismatch(input, received),
  });
  body.once("error", () => undefined);
  source.once("error", (error) => body.destroy(error));
  try {
    return await caller.send(putCommand(caller, input, body), call, body);
  } catch (error) {
    throw body.errored ?? error;
  } finally {
    body.destroy();
  }
}

function putCommand(
  caller: S3Caller,
  input: PutInput,
  body: Uint8Array | Readable,
): PutObjectCommand {
  return new PutObjectCommand({
    Bucket: caller.bucket,
    Key: input.key,
    Body: body,
    ContentLength: input.byteLength,
    ContentType: input.contentType,
    ContentDisposition: input.contentDisposition,
    CacheControl: input.cacheControl,
    IfNoneMatch: input.ifNoneMatch,
  });
}

/** The SDK signs a digest that the request has already. */
function signPayload(command: PutObjectCommand, sha256: Uint8Array): void {
  const digest = Buffer.from(sha256).toString("hex");
  command.middlewareStack.add(
    (next) => (args) => {
      const { headers } = args.request as { headers: Record<string, string> };
      headers["x-amz-content-sha256"] = digest;
      return next(args);
    },
    { step: "build", name: "signPayload" },
  );
}

function lengthMismatch({ key, byteLength }: PutInput, received: number): S3LengthMismatchError {
  return new S3LengthMismatchError({
    operation: "put",
    key,
    outcome: "not_applied",
    reason:
      received > byteLength
        ? `the body goes on after the announced ${byteLength} bytes`
        : `the body ended after ${received} of the announced ${byteLength} bytes`,
  });
}
