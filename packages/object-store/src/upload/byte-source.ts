import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { IncomingMessage } from "node:http";
import { basename } from "node:path";
import { Readable } from "node:stream";

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
 * Opens a body of any accepted shape. Its chunks are copies, so that what is hashed and inspected
 * is what is sent, whatever the caller does with its buffers meanwhile.
 *
 * @throws InvalidInputError (`invalid_input`) when the body cannot be read
 */
export async function openByteSource(body: MediaBody): Promise<ByteSource> {
  if (body instanceof Uint8Array) return fromMemory(body);
  if (body instanceof Blob) return fromBlob(body);
  if (body instanceof Readable) return fromReadable(body);
  if (Symbol.asyncIterator in body) return fromIterable(body);
  return fromPath(body.path);
}

function fromMemory(bytes: Uint8Array): ByteSource {
  return {
    byteLength: bytes.byteLength,
    filename: undefined,
    *chunks() {
      for (let start = 0; start < bytes.byteLength; start += CHUNK_BYTES) {
        yield new Uint8Array(bytes.subarray(start, start + CHUNK_BYTES));
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
    chunks: () => copiesOf(stream.iterator({ destroyOnReturn: false })),
    close: () => {
      // A request's socket is needed for the answer that tells why its body was refused.
      if (!(stream instanceof IncomingMessage)) stream.destroy();
      return Promise.resolve();
    },
  };
}

function fromIterable(iterable: AsyncIterable<unknown>): ByteSource {
  const iterator = iteratorOf(iterable);
  return {
    byteLength: undefined,
    filename: undefined,
    chunks: () => copiesOf({ [Symbol.asyncIterator]: () => iterator }),
    // An iterator that hangs in next() answers return() only after it: closing must not wait.
    close: () => {
      iterator.return?.().catch(() => undefined);
      return Promise.resolve();
    },
  };
}

function iteratorOf(iterable: AsyncIterable<unknown>): AsyncIterator<unknown> {
  try {
    return iterable[Symbol.asyncIterator]();
  } catch (error) {
    throw new InvalidInputError("The body cannot be read: it may be locked or in use.", {
      cause: error,
    });
  }
}

async function fromPath(path: string): Promise<ByteSource> {
  // Without O_NONBLOCK, opening a named pipe would wait for a writer.
  const flags = constants.O_RDONLY | constants.O_NONBLOCK;
  const file = await open(path, flags).catch((error: unknown) => {
    throw new InvalidInputError("The path of the body cannot be opened for reading.", {
      cause: error,
    });
  });
  try {
    const stats = await file.stat();
    if (!stats.isFile()) {
      throw new InvalidInputError("The path of the body is not that of a regular file.");
    }
    return {
      byteLength: stats.size,
      filename: basename(path),
      chunks: () =>
        chunksOf(file.createReadStream({ autoClose: false, highWaterMark: CHUNK_BYTES, start: 0 })),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function* copiesOf(iterable: AsyncIterable<unknown>): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of chunksOf(iterable)) yield new Uint8Array(chunk);
}

/** The chunks of a foreign source: proves that they are bytes, and names its failures. */
async function* chunksOf(iterable: AsyncIterable<unknown>): AsyncGenerator<Uint8Array, void> {
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
