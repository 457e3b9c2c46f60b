import { type IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import { isUint8Array } from "node:util/types";

import { described } from "../described.js";
import { FileTooLargeError, InvalidInputError, SourceFailedError } from "../errors.js";
import { type ByteSource, sourceFailure } from "./byte-source.js";

const NOTHING: Uint8Array = new Uint8Array(0);

/** Chunks that are taken in a row before the event loop gets a turn, and an abort a chance. */
const CHUNKS_PER_TURN = 64;

/** Milliseconds for which the rest of a refused request is read. */
const LINGER_MS = 30_000;

/** A Node stream, whose length only its end tells. */
export function readableSource(stream: Readable): ByteSource {
  const iterator = stream.iterator({ destroyOnReturn: false });
  return readingFrom(stream, iterator, () => {
    if (isServerRequest(stream)) void dropRest(stream, iterator);
    else stream.destroy();
  });
}

/** Of what a client of ours was answered, the status is known. */
function isServerRequest(stream: Readable): stream is IncomingMessage {
  return stream instanceof IncomingMessage && typeof stream.statusCode !== "number";
}

/**
 * A request's socket is needed for the answer that tells why its body was refused, and many clients
 * read no answer before they have sent all.
 */
async function dropRest(request: IncomingMessage, iterator: AsyncIterator<unknown>): Promise<void> {
  await ended(iterator);
  request.resume();
  const linger = setTimeout(() => request.destroy(), LINGER_MS).unref();
  request.once("close", () => {
    clearTimeout(linger);
  });
}

/** A web stream or any other iterable of bytes. */
export function iterableSource(iterable: AsyncIterable<unknown>): ByteSource {
  const iterator = iterable[Symbol.asyncIterator]();
  return readingFrom(iterable, iterator, () => {
    // An iterator that hangs in next() answers return() only after it: closing must not wait.
    void ended(iterator);
  });
}

/** Whatever becomes of `return()`, the upload's outcome is decided. */
async function ended(iterator: AsyncIterator<unknown>): Promise<void> {
  try {
    await iterator.return?.();
  } catch {
    // Nobody reads from it any more.
  }
}

function readingFrom(
  origin: object,
  iterator: AsyncIterator<unknown>,
  close: () => void,
): ByteSource {
  let chunk = NOTHING;
  /** Bytes of the chunk, and how many of them were read. */
  let [length, at] = [0, 0];
  let hasEnded = false;
  let chunks = 0;
  let byteSize = 0;
  return {
    byteLength: undefined,
    filename: undefined,
    async read(target) {
      while (at === length && !hasEnded) {
        const next = await nextOf(iterator);
        if (next === undefined) {
          requireUncut(origin, byteSize);
          hasEnded = true;
          return 0;
        }
        chunk = next;
        [length, at] = [next.byteLength, 0];
        byteSize += length;
        chunks += 1;
        if (length === 0 || chunks % CHUNKS_PER_TURN === 0) await nextTurn();
      }
      const count = Math.min(length - at, target.byteLength);
      copy(chunk, target, { at, count, length });
      at += count;
      return count;
    },
    // Async, so that it never throws.
    close: async () => {
      await Promise.resolve();
      // Ends a read under way, too, which may wait for bytes among empty chunks.
      hasEnded = true;
      close();
    },
  };
}

/** @throws SourceFailedError (`source_failed`) where somebody else has taken the memory of the chunk */
function copy(
  chunk: Uint8Array,
  target: Uint8Array,
  { at, count, length }: { at: number; count: number; length: number },
): void {
  if (chunk.byteLength !== length) {
    throw new SourceFailedError("A chunk of the body was transferred before it was read.");
  }
  // Not by a method of the chunk, whose class may be the caller's.
  target.set(new Uint8Array(chunk.buffer, chunk.byteOffset + at, count));
}

/** The next chunk, or undefined at the end. */
async function nextOf(iterator: AsyncIterator<unknown>): Promise<Uint8Array | undefined> {
  let chunk: unknown;
  try {
    const next = await iterator.next();
    if (next.done === true) return undefined;
    chunk = next.value;
  } catch (error) {
    throw sourceFailure(error);
  }
  if (isUint8Array(chunk)) return chunk;
  throw new InvalidInputError(
    `The body must give bytes (Uint8Array or Buffer), and ${described(chunk)} came.`,
  );
}

interface CutFacts {
  truncated?: unknown;
  aborted?: unknown;
  httpVersion?: unknown;
  headers?: IncomingHttpHeaders;
}

/**
 * Some streams end normally although they were cut, and say so in a property: `truncated` of form
 * parsers (busboy) at their limit, `aborted` of an HTTP/2 request that its client reset, unless it was
 * answered by then: its length tells.
 *
 * @see https://github.com/mscdex/busboy#readme and https://nodejs.org/api/http2.html (request.aborted)
 */
function requireUncut(origin: object, byteSize: number): void {
  const { truncated, aborted, httpVersion, headers }: Readonly<CutFacts> = origin;
  if (truncated === true) throw new FileTooLargeError(byteSize, { isCut: true });
  const length = httpVersion === "2.0" ? headers?.["content-length"] : undefined;
  if (aborted === true || Number(length ?? byteSize) !== byteSize) {
    throw new SourceFailedError("The request of the body ended before it was complete.");
  }
}
