import type { Readable } from "node:stream";
import { isPromise } from "node:util/types";

import { openByteSource } from "./open-byte-source.js";

const guarded = new WeakSet();

/**
 * Keeps a stream that fails before it is read, or after, from ending the process: its next read fails
 * in its place. To be called in the turn in which the body is handed over.
 */
export function guardBody(body: unknown): void {
  if (typeof body !== "object" || body === null) return;
  // One that somebody forgot to wait for.
  if (isPromise(body)) body.catch(() => undefined);
  // Streams of libraries need not be instances of Node's.
  else if (isStream(body) && !guarded.has(body)) {
    guarded.add(body);
    listen(body);
  }
}

function listen(stream: Pick<Readable, "on">): void {
  try {
    stream.on("error", () => undefined);
  } catch {
    // Reading it fails as well.
  }
}

function isStream(body: object): body is Pick<Readable, "on"> {
  return "pipe" in body && "on" in body && typeof body.on === "function";
}

/** Guards and ends the stream of a body that nobody is going to read; anything else is left alone. */
export async function discardBody(body: unknown): Promise<void> {
  guardBody(body);
  if (!isIterable(body)) return;
  try {
    await (await openByteSource(body)).close();
  } catch {
    // A stream that somebody else reads is that reader's to end.
  }
}

function isIterable(body: unknown): body is AsyncIterable<Uint8Array> {
  return typeof body === "object" && body !== null && Symbol.asyncIterator in body;
}
