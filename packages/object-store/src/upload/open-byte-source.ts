import { Readable } from "node:stream";
import { isUint8Array } from "node:util/types";

import { InvalidInputError, ObjectStoreError } from "../errors.js";
import { blobSource } from "./blob-source.js";
import type { ByteSource } from "./byte-source.js";
import { fileSource } from "./file-source.js";
import { iterableSource, readableSource } from "./iterable-source.js";
import type { MediaBody } from "./media-body.js";
import { memorySource } from "./memory-source.js";
import { pathOf } from "./path-body.js";

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

/** A stream can be read once: what is left of it the second time would pass for a file. */
function onlyOnce<Body extends AsyncIterable<unknown>>(body: Body): Body {
  const isOnceOnly = body instanceof Readable || "next" in body;
  if (isOnceOnly && opened.has(body)) {
    throw new InvalidInputError("The body was read before, and a stream can be read once.");
  }
  opened.add(body);
  return body;
}
