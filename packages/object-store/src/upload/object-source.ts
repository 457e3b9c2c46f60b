import { S3InvalidRangeError, S3NotFoundError } from "@repo/s3-provider";

import type { ByteSource } from "./byte-source.js";
import { iterableSource } from "./iterable-source.js";
import { type StorageClient, storageFailure } from "./storage-client.js";

/** Bytes that one request asks for: a slow inspection never holds a connection for long. */
const RANGE_BYTES = 8 * 1024 * 1024;

/** The bytes of an object of the bucket, all of them of one version. */
export interface ObjectSource extends ByteSource {
  readonly byteLength: number;
}

interface Reading {
  signal: AbortSignal;
  /** Sees the bytes as they pass by. */
  onBytes: (chunk: Uint8Array) => void;
}

/**
 * Opens an object, or gives undefined when there is none. Its bytes are read in ranges, which
 * fail once somebody has replaced them.
 */
export async function openObject(
  s3: StorageClient,
  key: string,
  reading: Reading,
): Promise<ObjectSource | undefined> {
  const { signal } = reading;
  const object = await factsOf(s3, key, signal);
  if (object === undefined) return undefined;
  const bytes = rangesOf(s3, { key, ...object }, reading);
  return { ...iterableSource(bytes), byteLength: object.byteLength };
}

/**
 * By its first byte: what a web page in place of S3 says to HEAD looks like an object of another size,
 * for which the upload would be refused for good. No page answers a range with one.
 */
async function factsOf(
  s3: StorageClient,
  key: string,
  signal: AbortSignal,
): Promise<{ byteLength: number; etag: string } | undefined> {
  try {
    const range = { start: 0, end: 0 };
    const { body, totalByteLength, etag } = await s3.get(key, { range, signal });
    await body.toArray();
    return { byteLength: totalByteLength, etag };
  } catch (error) {
    if (error instanceof S3NotFoundError) return undefined;
    if (error instanceof S3InvalidRangeError) return { byteLength: 0, etag: "" };
    throw error;
  }
}

async function* rangesOf(
  s3: StorageClient,
  { key, byteLength, etag }: { key: string; byteLength: number; etag: string },
  { signal, onBytes }: Reading,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for (let start = 0; start < byteLength; start += RANGE_BYTES) {
      const range = { start, end: Math.min(start + RANGE_BYTES, byteLength) - 1 };
      const { body } = await s3.get(key, { range, ifMatch: etag, signal });
      for await (const chunk of body as AsyncIterable<Uint8Array>) {
        onBytes(chunk);
        yield chunk;
      }
    }
  } catch (error) {
    throw storageFailure("read the file", error, signal);
  }
}
