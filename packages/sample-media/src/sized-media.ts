import type { SampleFormat } from "./sample.js";
import { inChunks } from "./sized/chunks.js";
import type { Expandable } from "./sized/expandable.js";
import type { SizedMediaOptions } from "./sized/make-expandable.js";

const CHUNK_SIZE = 128 * 1024;

/** Several of the formats count their bytes in 32 bits. */
const MAX_BYTE_SIZE = 2 ** 32 - 1;

const expandables = new Map<string, Promise<Expandable>>();

/** Loads the encoders, which who only reads samples does not need. */
async function make(format: SampleFormat, options: SizedMediaOptions): Promise<Expandable> {
  const { makeExpandable } = await import("./sized/make-expandable.js");
  return makeExpandable(format, options);
}

/** Encodes the file to grow once per process and variant. */
function expandable(format: SampleFormat, options: SizedMediaOptions): Promise<Expandable> {
  const variant = `${format} ${options.vbrWithoutHeader ?? false} ${options.moov ?? "start"}`;
  const made = expandables.get(variant) ?? make(format, options);
  expandables.set(variant, made);
  return made;
}

async function* generate(format: SampleFormat, byteSize: number, options: SizedMediaOptions) {
  const { minimumSize, pieces } = await expandable(format, options);
  if (!Number.isInteger(byteSize) || byteSize < minimumSize || byteSize > MAX_BYTE_SIZE) {
    throw new RangeError(
      `Expected from ${minimumSize} to ${MAX_BYTE_SIZE} bytes for ${format}, not ${byteSize}.`,
    );
  }
  yield* inChunks(pieces(byteSize), CHUNK_SIZE);
}

/**
 * A valid file of exactly `byteSize` bytes, generated as it is read, in chunks of 128 KiB, for
 * size-limit tests and benchmarks. The same bytes on every run, and each time it is iterated.
 *
 * The iteration throws RangeError when the format has no file of that size: the least is below
 * 64 KiB for each format, the most is 4 GiB - 1.
 */
export function sizedMedia(
  format: SampleFormat,
  byteSize: number,
  options: SizedMediaOptions = {},
): AsyncIterable<Uint8Array> {
  return { [Symbol.asyncIterator]: () => generate(format, byteSize, options) };
}
