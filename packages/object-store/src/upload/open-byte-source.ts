import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { basename } from "node:path";
import { Readable } from "node:stream";
import { isSharedArrayBuffer, isUint8Array } from "node:util/types";

import { InvalidInputError, ObjectStoreError } from "../errors.js";
import { type BytesInMemory, type ByteSource, sourceFailure } from "./byte-source.js";
import { iterableSource, readableSource } from "./iterable-source.js";
import { type MediaBody, pathOf } from "./media-body.js";

/**
 * Opens a body of any accepted shape. What is sent of it are the bytes that were hashed and inspected,
 * or bytes of that SHA-256, whatever the caller does with its buffers meanwhile.
 *
 * @throws InvalidInputError (`invalid_input`) when the body cannot be read
 */
export async function openByteSource(body: MediaBody): Promise<ByteSource> {
  try {
    return await sourceOf(body);
  } catch (error) {
    if (error instanceof ObjectStoreError) throw error;
    throw new InvalidInputError("The body cannot be read: it may be locked or in use.", {
      cause: error,
    });
  }
}

async function sourceOf(body: MediaBody): Promise<ByteSource> {
  if (isUint8Array(body)) return memorySource(body);
  if (body instanceof Blob) return blobSource(body);
  if (body instanceof Readable) return readableSource(onlyOnce(body));
  if (Symbol.asyncIterator in body) return iterableSource(onlyOnce(body));
  const path = pathOf(body);
  if (path !== undefined) return fileSource(path);
  throw new InvalidInputError("The body is of no shape that can be read.");
}

const opened = new WeakSet();

/** Refuses a stream that was read before: its remaining bytes would pass for a file. */
function onlyOnce<Body extends AsyncIterable<unknown>>(body: Body): Body {
  const isOnceOnly = body instanceof Readable || "next" in body;
  if (isOnceOnly && opened.has(body)) {
    throw new InvalidInputError("The body was read before, and a stream can be read once.");
  }
  opened.add(body);
  return body;
}

/** Bytes in memory. */
export function memorySource(bytes: Uint8Array): ByteSource {
  let position = 0;
  const memory: BytesInMemory = {
    all: bytes,
    next: (maxBytes) => {
      try {
        return bytes.subarray(position, position + maxBytes);
      } catch (error) {
        // The caller has transferred its memory.
        throw sourceFailure(error);
      }
    },
    pass: (byteLength) => {
      position += byteLength;
    },
  };
  return {
    byteLength: bytes.byteLength,
    // Another thread could change it between two looks.
    memory: isSharedArrayBuffer(bytes.buffer) ? undefined : memory,
    filename: undefined,
    read: (target) =>
      // What is thrown within rejects.
      new Promise((resolve) => {
        const piece = memory.next(target.byteLength);
        target.set(piece);
        memory.pass(piece.byteLength);
        resolve(piece.byteLength);
      }),
    rewind: () => {
      position = 0;
    },
    close: () => Promise.resolve(),
  };
}

/** A Blob or a File, read piece by piece. */
function blobSource(blob: Blob): ByteSource {
  let position = 0;
  return {
    byteLength: blob.size,
    filename: "name" in blob && typeof blob.name === "string" ? blob.name : undefined,
    contentType: blob.type,
    async read(target) {
      try {
        const piece = blob.slice(position, position + target.byteLength);
        const bytes = new Uint8Array(await piece.arrayBuffer());
        target.set(bytes);
        position += bytes.byteLength;
        return bytes.byteLength;
      } catch (error) {
        throw sourceFailure(error);
      }
    },
    rewind: () => {
      position = 0;
    },
    close: () => Promise.resolve(),
  };
}

/** What a path is refused with that names no file which this process may read. */
const NOT_READABLE = /^(EACCES|EISDIR|ELOOP|ENAMETOOLONG|ENODEV|ENOENT|ENOTDIR|ENXIO|EPERM)$/;

/** A file of this machine, as long as it is when it is opened. */
async function fileSource(path: string): Promise<ByteSource> {
  // Without O_NONBLOCK, opening a named pipe would wait for a writer.
  const flags = constants.O_RDONLY | constants.O_NONBLOCK;
  const file = await open(path, flags).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    if (!NOT_READABLE.test(code ?? "")) throw sourceFailure(error);
    throw new InvalidInputError("The path of the body cannot be opened for reading.", {
      cause: error,
    });
  });
  try {
    const stats = await file.stat();
    if (!stats.isFile()) {
      throw new InvalidInputError("The path of the body is not that of a regular file.");
    }
    let position = 0;
    return {
      byteLength: stats.size,
      filename: basename(path),
      async read(target) {
        try {
          const { bytesRead } = await file.read(target, 0, target.byteLength, position);
          position += bytesRead;
          return bytesRead;
        } catch (error) {
          throw sourceFailure(error);
        }
      },
      rewind: () => {
        position = 0;
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}
