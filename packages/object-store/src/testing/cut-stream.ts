import { Readable } from "node:stream";

/** The stream up to a number of bytes, and then an error. */
export function cutStream(source: Readable, bytes: number, error: Error): Readable {
  async function* cut(): AsyncGenerator<Uint8Array> {
    let left = bytes;
    for await (const chunk of source as AsyncIterable<Uint8Array>) {
      if (chunk.byteLength >= left) {
        if (left > 0) yield chunk.subarray(0, left);
        break;
      }
      left -= chunk.byteLength;
      yield chunk;
    }
    throw error;
  }
  return Readable.from(cut(), { objectMode: false });
}

/** The first entries of a listing, and then an error. */
export async function* cutListing<Entry>(
  source: AsyncIterable<Entry>,
  entries: number,
  error: Error,
): AsyncGenerator<Entry> {
  let left = entries;
  for await (const entry of source) {
    if (left === 0) break;
    left -= 1;
    yield entry;
  }
  throw error;
}
