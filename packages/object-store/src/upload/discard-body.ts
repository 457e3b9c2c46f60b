import { openByteSource } from "./open-byte-source.js";

/** Ends the stream of a body that nobody is going to read; anything else is left alone. */
export async function discardBody(body: unknown): Promise<void> {
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
