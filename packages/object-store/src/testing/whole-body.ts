import { createHash } from "node:crypto";
import { once } from "node:events";
import type { Readable } from "node:stream";

import type { PutInput } from "@repo/s3-provider";

import { abortedCall } from "./broken-connection.js";
import { digestMismatch, lengthMismatch } from "./memory-errors.js";

/**
 * Reads the body of a put to its end, which must come after exactly the announced bytes. The error
 * of a stream is rethrown as it is.
 */
export async function wholeBody(input: PutInput): Promise<Buffer> {
  const { key, body, byteLength, sha256, signal } = input;
  const call = { operation: "put", key } as const;
  const mismatch = (): Error => lengthMismatch(call, byteLength);
  const aborted = (): Error => abortedCall(call, "not_applied", signal?.reason);
  if (body instanceof Uint8Array) {
    if (signal?.aborted === true) throw aborted();
    if (body.byteLength !== byteLength) throw mismatch();
    const isAnother = sha256 && !createHash("sha256").update(body).digest().equals(sha256);
    if (isAnother === true) throw digestMismatch(call);
    return Buffer.from(body);
  }
  const settled = new AbortController();
  // The reader of the stream gets its errors; later ones must not count as unhandled.
  body.on("error", () => undefined);
  try {
    if (signal?.aborted === true) throw aborted();
    const whole = readExactly(body, byteLength, mismatch);
    // A stream that waits for its source does not notice that it is destroyed.
    const abort = signal && once(signal, "abort", { signal: settled.signal });
    return await Promise.race([
      whole,
      ...(abort === undefined ? [] : [abort.then(() => Promise.reject(aborted()))]),
    ]);
  } finally {
    settled.abort();
    body.destroy();
  }
}

async function readExactly(
  body: Readable,
  byteLength: number,
  mismatch: () => Error,
): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let received = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    received += chunk.byteLength;
    if (received > byteLength) throw mismatch();
    // The source may reuse its buffers.
    chunks.push(Buffer.from(chunk));
  }
  if (received < byteLength) throw mismatch();
  return Buffer.concat(chunks);
}
