import { InspectionError } from "../errors.js";
import type { ByteCursor, Walk } from "../byte-cursor.js";
import { countFrames, type MpegStream } from "./mpeg-stream.js";
import { beginsFrames, DUE } from "./mpeg-sync.js";
import { WAV_MP3, type WavFormat } from "./wav-format.js";

/** The audio of a WAV. */
export interface WavData {
  bytes: number;
  /** Undefined where it holds no MP3 frames. */
  frames: MpegStream | undefined;
}

/**
 * From this size on, it was written before the length was known: GStreamer writes 7FFF0000, others
 * 7FFFF000, 7FFFFFFF, FFFFFFFF …
 */
export const MIN_UNKNOWN_SIZE = 0x7fff0000;
/** Stands for "see ds64" in RF64. */
const LONG_SIZE = 0xffffffff;
/** The share of the claimed bytes that must be there, as in other formats. */
const MIN_SHARE = 0.98;
/** Some writers count the header as audio. */
const MAX_HEADER_BYTES = 64;
/** Chunks that may follow others; other bytes behind a data chunk of size 0 are the audio. */
const KNOWN_CHUNK =
  /^(LIST|id3 |ID3 |fact|cue |smpl|inst|bext|iXML|axml|chna|PEAK|JUNK|junk|FLLR|afsp|_PMX|plst|acid|fmt |data)$/;

export function isKnownChunk(type: string): boolean {
  return KNOWN_CHUNK.test(type);
}

/**
 * Counts the audio of a data chunk of this size, behind its header.
 *
 * @throws InspectionError when it has no format yet, or the file ends well inside of it.
 */
export function* readWavData(
  source: ByteCursor,
  size: number,
  { format, longDataBytes }: { format: WavFormat | undefined; longDataBytes: number | undefined },
): Walk<WavData> {
  if (format === undefined) {
    throw new InspectionError(
      "invalid_media",
      "The WAV has its audio before any fmt chunk describes it.",
    );
  }
  const claimed = yield* dataSize(source, size, longDataBytes);
  const start = source.position;
  const end = start + claimed;
  const frames = format.tag === WAV_MP3 ? yield* mp3Frames(source, end) : undefined;
  yield* source.skip(end - source.position);
  const bytes = source.position - start;
  const isKnown = Number.isFinite(claimed);
  if (isKnown && bytes < MIN_SHARE * claimed && bytes < claimed - MAX_HEADER_BYTES) {
    throw new InspectionError(
      "invalid_media",
      `The WAV is cut short: its data chunk claims ${claimed} bytes but holds ${bytes}.`,
    );
  }
  return { bytes, frames };
}

/** How many bytes of audio to expect; infinite where the writer did not know. */
function* dataSize(source: ByteCursor, size: number, long: number | undefined): Walk<number> {
  if (size === LONG_SIZE && long !== undefined && long > 0) return long;
  if (size >= MIN_UNKNOWN_SIZE) return Infinity;
  if (size > 0) return size;
  const next = (yield* source.peek(4)).toString("latin1");
  return isKnownChunk(next) ? 0 : Infinity;
}

/** Counts frames as in an MP3: neither `fact` nor the average rate tells how long they last. */
function* mp3Frames(source: ByteCursor, end: number): Walk<MpegStream | undefined> {
  if (!(yield* beginsFrames(source, DUE))) return undefined;
  const stream = yield* countFrames(source, end);
  return stream.frames === 0 ? undefined : stream;
}
