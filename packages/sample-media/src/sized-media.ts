import type { SampleFormat } from "./sample.js";
import { inChunks } from "./sized/chunks.js";
import type { Expandable } from "./sized/expandable.js";
import { expandableFlac } from "./sized/expandable-flac.js";
import { expandableGif } from "./sized/expandable-gif.js";
import { expandableJpeg } from "./sized/expandable-jpeg.js";
import { expandableM4a } from "./sized/expandable-m4a.js";
import { expandableMp3 } from "./sized/expandable-mp3.js";
import { expandablePng } from "./sized/expandable-png.js";
import { expandableWav } from "./sized/expandable-wav.js";
import { expandableWebp } from "./sized/expandable-webp.js";

const CHUNK_SIZE = 128 * 1024;

/** Several of the formats count their bytes in 32 bits. */
const MAX_BYTE_SIZE = 2 ** 32 - 1;

/** What only some formats offer; the others ignore it. */
export interface SizedMediaOptions {
  /**
   * MP3: frames of two bitrates in turn without a Xing header, so that the duration is known only
   * to who scans every frame. Otherwise all frames have the same bitrate.
   */
  vbrWithoutHeader?: boolean;
  /** M4A: whether the movie box comes before the media data (the default) or behind it. */
  moov?: "start" | "end";
}

const expandables = new Map<string, Promise<Expandable>>();

function makeExpandable(format: SampleFormat, options: SizedMediaOptions): Promise<Expandable> {
  switch (format) {
    case "jpeg":
      return expandableJpeg();
    case "png":
      return expandablePng();
    case "webp":
      return expandableWebp();
    case "gif":
      return expandableGif();
    case "mp3":
      return expandableMp3(options.vbrWithoutHeader ?? false);
    case "wav":
      return expandableWav();
    case "flac":
      return expandableFlac();
    case "m4a":
      return expandableM4a(options.moov ?? "start");
  }
}

/** Encodes the file to grow once per process and variant. */
function expandable(format: SampleFormat, options: SizedMediaOptions): Promise<Expandable> {
  const variant = `${format} ${options.vbrWithoutHeader ?? false} ${options.moov ?? "start"}`;
  const made = expandables.get(variant) ?? makeExpandable(format, options);
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
