import { type Readable } from "node:stream";

import { PutObjectCommand, type PutObjectCommandOutput } from "@aws-sdk/client-s3";

import { type Written } from "./attempt-log.js";
import { contentMd5Of } from "./content-md5.js";
import { requireEmptyAnswer } from "./empty-answer.js";
import { S3InvalidRequestError, S3LengthMismatchError, S3UnexpectedError } from "./errors.js";
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

export async function putObject(
  caller: S3Caller,
  input: PutInput,
): Promise<Written & { etag: string }> {
  const call: S3Call = { operation: "put", key: input.key, signal: input.signal };
  const { ETag: etag, unanswered } =
    input.body instanceof Uint8Array
      ? await putBytes(caller, input, input.body, call)
      : await putStream(caller, input, input.body, call);
  if (etag === undefined) {
    throw new S3UnexpectedError({ ...call, outcome: "unknown", reason: "the answer has no ETag" });
  }
  return { etag, unanswered };
}

function putBytes(
  caller: S3Caller,
  input: PutInput,
  body: Uint8Array,
  call: S3Call,
): Promise<Written & Pick<PutObjectCommandOutput, "ETag">> {
  if (body.byteLength !== input.byteLength) {
    return Promise.reject(lengthMismatch(input, body.byteLength));
  }
  const { key, sha256 } = input;
  const contentMd5 = contentMd5Of(body, caller.rules);
  const makeCommand = (): PutObjectCommand => putCommand(caller, input, body, call, contentMd5);
  if (sha256 === undefined) return caller.send(makeCommand(), call);
  const payload = Buffer.from(sha256).toString("hex");
  const headers = {
    ...caller.rules.writeHeaders,
    ...headersOf(input),
    ...(contentMd5 !== undefined && { "content-md5": contentMd5 }),
  };
  return caller.sendBytes({ key, headers, payload, body }, call, makeCommand);
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
): Promise<Written & PutObjectCommandOutput> {
  if (caller.rules.contentMd5) {
    source.destroy();
    const reason =
      "contentMd5 is set, and the digest of a stream is known too late; send it in parts";
    throw new S3InvalidRequestError({ ...call, outcome: "not_applied", reason });
  }
  const body = new RequestBody(source, {
    byteLength: input.byteLength,
    onMismatch: (received) => lengthMismatch(input, received),
  });
  body.once("error", () => undefined);
  source.once("error", (error) => body.destroy(error));
  try {
    return await caller.send(putCommand(caller, input, body, call), call, body);
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
  call: S3Call,
  contentMd5?: string,
): PutObjectCommand {
  const command = new PutObjectCommand({
    Bucket: caller.bucket,
    Key: input.key,
    Body: body,
    ContentLength: input.byteLength,
    ContentMD5: contentMd5,
    ContentType: input.contentType,
    ContentDisposition: input.contentDisposition,
    CacheControl: input.cacheControl,
    IfNoneMatch: input.ifNoneMatch,
  });
  requireEmptyAnswer(command, call);
  return command;
}

/** The headers of the same command. */
function headersOf({
  contentType,
  contentDisposition,
  cacheControl,
  ifNoneMatch,
}: PutInput): Record<string, string> {
  return {
    "content-type": contentType,
    ...(contentDisposition !== undefined && { "content-disposition": contentDisposition }),
    ...(cacheControl !== undefined && { "cache-control": cacheControl }),
    ...(ifNoneMatch !== undefined && { "if-none-match": ifNoneMatch }),
  };
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
