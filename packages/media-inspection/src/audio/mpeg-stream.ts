import type { ByteCursor, Walk } from "../byte-cursor.js";
import { skipTag } from "../tags/leading-tags.js";
import { describeFrame, framesLike, layer3FrameBytes, MPEG_HEADER_BYTES } from "./mpeg-frame.js";
import { MAX_FALSE_FINDS, seekFrames } from "./mpeg-sync.js";
import { announcedFrames, XING_BYTES } from "./xing.js";

/** Layer III frames that came, one behind the other or with tags and garbage in between. */
export interface MpegStream {
  /** Header of the first audio frame. */
  header: number;
  /** What a Xing or VBRI header announces, 0 where it or its claim is missing. */
  announced: number;
  frames: number;
  bytes: number;
}

/** The length of the stream. */
export function mpegSeconds({ header, frames }: MpegStream): number {
  const { samples, sampleRate } = describeFrame(header);
  return (frames * samples) / sampleRate;
}

/**
 * Counts the frames from the one that begins at the cursor on, up to the offset `end`, by hopping
 * from header to header. A Xing header is no audio, and its claim is used only to tell where audio
 * ends and garbage begins; behind a whole tag audio may go on, as in files that were concatenated.
 */
export function* countFrames(source: ByteCursor, end = Infinity): Walk<MpegStream> {
  const first = (yield* source.peek(MPEG_HEADER_BYTES)).readUInt32BE(0);
  const announced = announcedFrames(yield* source.peek(XING_BYTES), first);
  if (announced !== undefined) yield* source.skip(layer3FrameBytes(first));

  const stream = { header: first, announced: announced ?? 0, frames: 0, bytes: 0 };
  const falseFinds = { left: MAX_FALSE_FINDS };
  const frames = framesLike(first);
  for (;;) {
    const next = yield* source.peek(MPEG_HEADER_BYTES);
    if (next.length < MPEG_HEADER_BYTES) return stream;
    if (stream.frames === 0) stream.header = next.readUInt32BE(0);
    const { count, bytes, isFollowed } = yield* source.hop(frames, end);
    stream.frames += count;
    stream.bytes += bytes;
    if (!isFollowed || source.position >= end) return stream;
    if (yield* skipTag(source)) continue;
    if (stream.announced > 0 && stream.frames >= stream.announced) return stream;
    const within = end - 1 - source.position;
    if (!(yield* seekFrames(source, falseFinds, { like: first, within }))) return stream;
  }
}
