import { Readable } from "node:stream";

import { GetObjectCommand, HeadObjectCommand } from "@aws-sdk/client-s3";

import { toS3Error } from "./error-mapping.js";
import { S3InvalidRangeError, S3UnavailableError, S3UnexpectedError } from "./errors.js";
import { ExactLengthStream } from "./exact-length-stream.js";
import { type CallOptions } from "./multipart-upload.js";
import { type S3Call, type S3Caller } from "./s3-caller.js";

/** Byte positions from 0, `end` included as in HTTP (RFC 9110, 14.1.2), or the last `suffix` bytes. */
export type ByteRange = { start: number; end?: number } | { suffix: number };

export interface GetOptions extends CallOptions {
  range?: ByteRange;
  /** An ETag; the call fails with `s3_precondition_failed` if the object has another by now. */
  ifMatch?: string;
}

export interface ObjectDownload {
  /**
   * The bytes. Its errors are `S3Error`s, a body that ends too early among them; destroying it
   * gives up the connection. It must be read or destroyed.
   */
  body: Readable;
  /** Bytes in `body`. */
  byteLength: number;
  /** Bytes in the whole object. */
  totalByteLength: number;
  contentType?: string;
  etag: string;
  /** The positions that `body` covers, `end` included; absent when it is the whole object. */
  range?: { start: number; end: number };
}

export interface ObjectFacts {
  byteLength: number;
  contentType?: string;
  etag: string;
  lastModified: Date;
}

export async function getObject(
  caller: S3Caller,
  key: string,
  { range, ifMatch, signal }: GetOptions = {},
): Promise<ObjectDownload> {
  const call: S3Call = { operation: "get", key, signal };
  const output = await caller.send(
    new GetObjectCommand({
      Bucket: caller.bucket,
      Key: key,
      Range: range && rangeHeader(range, call),
      IfMatch: ifMatch,
    }),
    call,
  );
  const { Body: source, ContentLength: byteLength, ETag: etag, ContentType: contentType } = output;
  if (!(source instanceof Readable)) throw incomplete(call);
  const covered = parseContentRange(output.ContentRange);
  if (byteLength === undefined || etag === undefined || covered === "malformed") {
    source.destroy();
    throw incomplete(call);
  }
  const isOther = ifMatch !== undefined && bareEtag(etag) !== bareEtag(ifMatch);
  if (isOther || !isWhatWasAsked(range, covered, byteLength)) {
    source.destroy();
    const reason = "the answer holds other bytes than were asked for";
    throw new S3UnexpectedError({ ...call, outcome: "not_applied", reason });
  }
  return {
    body: downloadBody(source, byteLength, call),
    byteLength,
    totalByteLength: covered?.total ?? byteLength,
    ...(contentType !== undefined && { contentType }),
    etag,
    ...(covered && { range: { start: covered.start, end: covered.end } }),
  };
}

export async function headObject(
  caller: S3Caller,
  key: string,
  { signal }: CallOptions = {},
): Promise<ObjectFacts> {
  const call: S3Call = { operation: "head", key, signal };
  const output = await caller.send(
    new HeadObjectCommand({ Bucket: caller.bucket, Key: key }),
    call,
  );
  const { ContentLength: byteLength, ETag: etag, LastModified: lastModified } = output;
  if (byteLength === undefined || etag === undefined || lastModified === undefined) {
    throw incomplete(call);
  }
  const contentType = output.ContentType;
  return { byteLength, ...(contentType !== undefined && { contentType }), etag, lastModified };
}

function downloadBody(source: Readable, byteLength: number, call: S3Call): Readable {
  const { operation, key, signal } = call;
  const stop = (): void => {
    source.destroy(new Error("aborted"));
  };
  if (signal?.aborted === true) stop();
  signal?.addEventListener("abort", stop);
  source.once("close", () => signal?.removeEventListener("abort", stop));
  return new ExactLengthStream(source, {
    byteLength,
    onMismatch: (received) =>
      new S3UnavailableError({
        ...call,
        outcome: "not_applied",
        retryable: true,
        reason: `the body ended after ${received} of ${byteLength} bytes`,
      }),
    mapError: (error) =>
      toS3Error(error, { operation, key, signal, outcome: "not_applied", sent: true }),
  });
}

function rangeHeader(range: ByteRange, call: S3Call): string {
  if ("suffix" in range) {
    if (isPosition(range.suffix) && range.suffix > 0) return `bytes=-${range.suffix}`;
  } else {
    const { start, end = Number.MAX_SAFE_INTEGER } = range;
    if (isPosition(start) && isPosition(end) && start <= end) {
      return `bytes=${start}-${range.end ?? ""}`;
    }
  }
  // A server would ignore it and send everything.
  const reason = "the range must consist of whole numbers in ascending order";
  throw new S3InvalidRangeError({ ...call, outcome: "not_applied", reason });
}

/**
 * S3 answers a range with 206 and a Content-Range, also where it covers everything. A 200 comes from
 * another server, which does not know the object.
 */
function isWhatWasAsked(
  range: ByteRange | undefined,
  covered: { start: number; end: number; total: number } | undefined,
  byteLength: number,
): boolean {
  if (covered === undefined) return range === undefined;
  const { start, end, total } = covered;
  if (byteLength !== end - start + 1) return false;
  const last = total - 1;
  if (range === undefined) return start === 0 && end === last;
  if ("suffix" in range) return start === Math.max(0, total - range.suffix) && end === last;
  return start === range.start && end === Math.min(range.end ?? last, last);
}

/** An ETag without quotes and without the mark of a proxy that compressed the body. */
function bareEtag(etag: string): string {
  return etag.replace(/^W\//, "").replaceAll('"', "");
}

function isPosition(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function parseContentRange(
  header: string | undefined,
): { start: number; end: number; total: number } | "malformed" | undefined {
  if (header === undefined) return undefined;
  const match = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(header);
  if (!match) return "malformed";
  return { start: Number(match[1]), end: Number(match[2]), total: Number(match[3]) };
}

function incomplete(call: S3Call): S3UnexpectedError {
  return new S3UnexpectedError({
    ...call,
    outcome: "not_applied",
    reason: "the answer lacks what S3 promises",
  });
}
