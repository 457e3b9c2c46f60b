import { InspectionError } from "../errors.js";
import type { ByteCursor, Walk } from "../byte-cursor.js";
import type { AudioFacts, AudioTags } from "../media-facts.js";
import { mergeTags } from "../tags/tag-fields.js";
import { TRAILING_TAG_BYTES, trailingTags } from "../tags/trailing-tags.js";
import { audioFacts } from "./audio-facts.js";
import { describeFrame } from "./mpeg-frame.js";
import { countFrames, mpegSeconds } from "./mpeg-stream.js";
import { beginsFrames, DUE, MAX_FALSE_FINDS, seekFrames } from "./mpeg-sync.js";

/** Moves to the first frame, over zeros and a little junk. False where there is none. */
export function* seekMp3(source: ByteCursor): Walk<boolean> {
  if (!(yield* source.skipZeros(source.limits.maxHeadBytes))) return false;
  if (yield* beginsFrames(source, DUE)) return true;
  return yield* seekFrames(
    source,
    { left: MAX_FALSE_FINDS },
    { within: source.limits.maxJunkBytes },
  );
}

/** MPEG-1, -2 and -2.5 Layer III from the first frame on, by ISO/IEC 11172-3 and 13818-3. */
export function* walkMp3(source: ByteCursor, leadingTags: AudioTags): Walk<AudioFacts> {
  source.keepTail(TRAILING_TAG_BYTES);
  const stream = yield* countFrames(source);
  yield* source.skip(Infinity);
  if (stream.frames === 0) {
    throw new InspectionError(
      "invalid_media",
      `The MP3 holds no whole audio frame; its header announces ${stream.announced}.`,
    );
  }
  const { sampleRate, channels } = describeFrame(stream.header);
  return audioFacts("mp3", {
    durationSeconds: mpegSeconds(stream),
    durationSource: "measured",
    audioBytes: stream.bytes,
    sampleRate,
    channels,
    codec: "mp3",
    lossless: false,
    tags: mergeTags([leadingTags, trailingTags(source.tail())]),
  });
}
