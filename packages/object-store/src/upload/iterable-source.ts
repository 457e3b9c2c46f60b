import { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";

import { InvalidInputError } from "../errors.js";
import { type ByteSource, sourceFailure } from "./byte-source.js";

const NOTHING: Uint8Array = new Uint8Array(0);

/** A Node stream, whose length only its end tells. */
export function readableSource(stream: Readable): ByteSource {
  return readingFrom(stream.iterator({ destroyOnReturn: false }), () => {
    // A request's socket is needed for the answer that tells why its body was refused.
    if (!(stream instanceof IncomingMessage)) stream.destroy();
  });
}

/** A web stream or any other iterable of bytes. */
export function iterableSource(iterable: AsyncIterable<unknown>): ByteSource {
  const iterator = iteratorOf(iterable);
  return readingFrom(iterator, () => {
    // An iterator that hangs in next() answers return() only after it: closing must not wait.
    iterator.return?.().catch(() => undefined);
  });
}

function readingFrom(iterator: AsyncIterator<unknown>, close: () => void): ByteSource {
  let rest = NOTHING;
  let hasEnded = false;
  return {
    byteLength: undefined,
    filename: undefined,
    async read(target) {
      while (rest.byteLength === 0 && !hasEnded) {
        const next = await nextOf(iterator);
        hasEnded = next === undefined;
        rest = next ?? NOTHING;
      }
      const piece = rest.subarray(0, target.byteLength);
      target.set(piece);
      rest = rest.subarray(piece.byteLength);
      return piece.byteLength;
    },
    close: () => {
      close();
      return Promise.resolve();
    },
  };
}

/** The next chunk, or undefined at the end. */
async function nextOf(iterator: AsyncIterator<unknown>): Promise<Uint8Array | undefined> {
  let next: IteratorResult<unknown>;
  try {
    next = await iterator.next();
  } catch (error) {
    throw sourceFailure(error);
  }
  if (next.done === true) return undefined;
  if (next.value instanceof Uint8Array) return next.value;
  throw new InvalidInputError(
    `The body must give bytes (Uint8Array or Buffer) and gave a ${typeof next.value}.`,
  );
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
