import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { basename } from "node:path";
import { Readable } from "node:stream";
import { ReadableStream } from "node:stream/web";

import { InvalidInputError, ObjectStoreError, SourceFailedError } from "../errors.js";
import type { MediaBody } from "./media-body.js";

/** Gives chunks of bytes until it is done. */
export type ChunkReader =
  Generator<Uint8Array, void, undefined> | AsyncGenerator<Uint8Array, void, undefined>;

/** Bytes to read once, in order. */
export interface ByteSource {
  /** Bytes that the source holds, where it can know; what is read must be exactly as many. */
  readonly byteLength: number | undefined;
  /** The name that the source itself carries. */
  readonly filename: string | undefined;
  /** Reads the bytes. Ending the iteration early releases what the source holds open. */
  chunks(): ChunkReader;
  /** Releases what the source holds open, also when it was never read. */
  close(): Promise<void>;
}

/** Bytes that are read from memory or from a file at a time. */
const CHUNK_BYTES = 256 * 1024;

/**
 * Opens a body of any accepted shape.
 *
 * @throws InvalidInputError (`invalid_input`) when a path is not a readable regular file
 */
export async function openByteSource(body: MediaBody): Promise<ByteSource> {
  if (body instanceof Uint8Array) return fromMemory(body);
  if (body instanceof Blob) return fromBlob(body);
  if (body instanceof Readable) return fromReadable(body);
  if (body instanceof ReadableStream) return fromIterable(body);
  if (Symbol.asyncIterator in body) return fromIterable(copied(body));
  return fromPath(body.path);
}

function fromMemory(bytes: Uint8Array): ByteSource {
  return {
    byteLength: bytes.byteLength,
    filename: undefined,
    *chunks() {
      for (let start = 0; start < bytes.byteLength; start += CHUNK_BYTES) {
        yield bytes.subarray(start, start + CHUNK_BYTES);
      }
    },
    close: () => Promise.resolve(),
  };
}

function fromBlob(blob: Blob): ByteSource {
  return {
    ...fromIterable(blob.stream()),
    byteLength: blob.size,
    filename: "name" in blob && typeof blob.name === "string" ? blob.name : undefined,
  };
}

function fromReadable(stream: Readable): ByteSource {
  return {
    byteLength: undefined,
    filename: undefined,
    chunks: () => checkedChunks(stream),
    close: () => {
      stream.destroy();
      return Promise.resolve();
    },
  };
}

function fromIterable(iterable: AsyncIterable<unknown>): ByteSource {
  const iterator = iterable[Symbol.asyncIterator]();
  return {
    byteLength: undefined,
    filename: undefined,
    chunks: () => checkedChunks({ [Symbol.asyncIterator]: () => iterator }),
    // An iterator that hangs in next() answers return() only after it: closing must not wait.
    close: () => {
      iterator.return?.().catch(() => undefined);
      return Promise.resolve();
    },
  };
}

/** An iterable may fill one buffer again and again, but a chunk is withheld while the next is read. */
async function* copied(iterable: AsyncIterable<unknown>): AsyncGenerator<unknown, void, undefined> {
  for await (const chunk of iterable)
    yield chunk instanceof Uint8Array ? new Uint8Array(chunk) : chunk;
}

async function fromPath(path: string): Promise<ByteSource> {
  // Without O_NONBLOCK, opening a named pipe would wait for a writer.
  const flags = constants.O_RDONLY | constants.O_NONBLOCK;
  const file = await open(path, flags).catch((error: unknown) => {
    throw new InvalidInputError(`The path ${JSON.stringify(path)} cannot be opened for reading.`, {
      cause: error,
    });
  });
  try {
    const stats = await file.stat();
    if (!stats.isFile()) {
      throw new InvalidInputError(`The path ${JSON.stringify(path)} is not a regular file.`);
    }
    return {
      byteLength: stats.size,
      filename: basename(path),
      chunks: () =>
        checkedChunks(
          file.createReadStream({ autoClose: false, highWaterMark: CHUNK_BYTES, start: 0 }),
        ),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** The chunks of a foreign source: proves that they are bytes, and names its failures. */
async function* checkedChunks(
  iterable: AsyncIterable<unknown>,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for await (const chunk of iterable) {
      if (!(chunk instanceof Uint8Array)) {
        throw new InvalidInputError(
          `The body must give bytes (Uint8Array or Buffer) and gave a ${typeof chunk}.`,
        );
      }
      yield chunk;
    }
  } catch (error) {
    if (error instanceof ObjectStoreError) throw error;
    throw new SourceFailedError("The source of the body failed while it was read.", {
      cause: error,
    });
  }
}
