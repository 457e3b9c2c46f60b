import { borrowBlocks } from "./body-memory.js";
import type { MeasuredSource } from "./measured-source.js";
import { HEAD_BYTES } from "./sizes.js";

/** Takes the bytes of a body one after the other. */
interface Reader<Result> {
  /** Takes the next bytes, which stay as they are until this resolves. */
  write(chunk: Uint8Array): Promise<unknown>;
  /** Takes the last bytes. */
  finish(last: Uint8Array): Promise<Result>;
}

/** Reads a source to its end. While one block is taken, the next is read. */
export async function readAll<Result>(
  source: MeasuredSource,
  reader: Reader<Result>,
): Promise<Result> {
  const blocks = borrowBlocks();
  let written: Promise<unknown> = Promise.resolve();
  try {
    // The head is enough to refuse what is no media file.
    for (let size: number | undefined = HEAD_BYTES; ; size = undefined) {
      const block = blocks.next().subarray(0, size);
      const [count] = await Promise.all([source.readAtLeast(block.byteLength, block), written]);
      const piece = block.subarray(0, count);
      if (source.hasEnded) {
        source.requireWhole();
        return await reader.finish(piece);
      }
      written = reader.write(piece);
      // Whoever waits next sees the failure; until then it must not count as unhandled.
      written.catch(() => undefined);
    }
  } finally {
    blocks.release(Promise.allSettled([source.reading, written]));
  }
}
