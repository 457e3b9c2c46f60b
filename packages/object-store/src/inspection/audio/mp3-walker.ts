import { InvalidMediaError } from "../../errors.js";
import type { ByteCursor, Walk } from "../byte-cursor.js";
import type { InspectionLimits } from "../inspection-limits.js";
import type { AudioFacts, AudioTags } from "../media-facts.js";
import { PartCounter } from "../part-counter.js";
import { skipTag } from "../tags/leading-tags.js";
import { mergeTags } from "../tags/tag-text.js";
import { TRAILING_TAG_BYTES, trailingTags } from "../tags/trailing-tags.js";
import { audioFacts } from "./audio-facts.js";
import { describeFrame, layer3FrameBytes, MPEG_HEADER_BYTES, sameStream } from "./mpeg-frame.js";
import { beginsFrames, DUE, seekFrames } from "./mpeg-sync.js";
import { announcedFrames, XING_BYTES } from "./xing.js";

/** False finds while looking for frames; chance gives one in 100 KiB or fewer. */
const MAX_FALSE_FINDS = 10_000;

/** Moves to the first frame, over zeros and a little junk. False where there is none. */
export function* seekMp3(source: ByteCursor, limits: InspectionLimits): Walk<boolean> {
  const isNotZero = (window: Buffer) => window.findIndex((byte) => byte !== 0);
  if (!(yield* source.seek(isNotZero, 1, limits.maxHeadBytes))) return false;
  if (yield* beginsFrames(source, DUE)) return true;
  return yield* seekFrames(source, { left: MAX_FALSE_FINDS }, { within: limits.maxJunkBytes });
}

/**
 * MPEG-1, -2 and -2.5 Layer III from the first frame on, by ISO/IEC 11172-3 and 13818-3. Counts
 * every frame by hopping from header to header; a Xing header is no audio, and its claim is
 * used only to tell where audio ends and garbage begins.
 */
export function* walkMp3(
  source: ByteCursor,
  limits: InspectionLimits,
  leadingTags: AudioTags,
): Walk<AudioFacts> {
  source.keepTail(TRAILING_TAG_BYTES);
  const first = (yield* source.peek(MPEG_HEADER_BYTES)).readUInt32BE(0);
  const announced = announcedFrames(yield* source.peek(XING_BYTES), first);
  if (announced !== undefined) yield* source.skip(layer3FrameBytes(first));

  const stream = yield* countFrames(source, limits, first, announced ?? 0);
  yield* source.skip(Infinity);
  if (stream.frames === 0) {
    throw new InvalidMediaError(
      `The MP3 holds no whole audio frame; its header announces ${announced ?? 0}.`,
    );
  }
  const frame = describeFrame(stream.header);
  return audioFacts("mp3", {
    durationSeconds: (stream.frames * frame.samples) / frame.sampleRate,
    durationSource: "measured",
    audioBytes: stream.bytes,
    sampleRate: frame.sampleRate,
    channels: frame.channels,
    codec: "mp3",
    lossless: false,
    tags: mergeTags([leadingTags, trailingTags(source.tail())]),
  });
}

interface Mp3Stream {
  /** Header of the first audio frame. */
  header: number;
  frames: number;
  bytes: number;
}

function* countFrames(
  source: ByteCursor,
  limits: InspectionLimits,
  first: number,
  announced: number,
): Walk<Mp3Stream> {
  const budget = { left: MAX_FALSE_FINDS };
  const parts = new PartCounter(limits.maxParts);
  const stream: Mp3Stream = { header: first, frames: 0, bytes: 0 };
  for (;;) {
    let header = source.uint32Now();
    if (header === undefined) {
      const bytes = yield* source.peek(MPEG_HEADER_BYTES);
      if (bytes.length < MPEG_HEADER_BYTES) return stream;
      header = bytes.readUInt32BE(0);
    }
    const size = sameStream(first, header) ? layer3FrameBytes(header) : 0;
    if (size === 0) {
      const isComplete = announced > 0 && stream.frames >= announced;
      if (isComplete) return stream;
      parts.count();
      if (yield* skipTag(source)) continue;
      if (!(yield* seekFrames(source, budget, { like: first }))) return stream;
      continue;
    }
    const end = source.position + size;
    if (!source.skipSoon(size)) yield;
    if (source.position < end) return stream;
    if (stream.frames === 0) stream.header = header;
    stream.frames += 1;
    stream.bytes += size;
  }
}
