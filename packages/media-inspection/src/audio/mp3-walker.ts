import { InspectionError } from "../errors.js";
import type { ByteCursor, Walk } from "../byte-cursor.js";
import type { AudioFacts, AudioTags } from "../media-facts.js";
import { mergeRichest, mergeTags } from "../tags/tag-fields.js";
import { readTrailingTags, TRAILING_TAG_BYTES } from "../tags/trailing-tags.js";
import { audioFacts } from "./audio-facts.js";
import { describeFrame } from "./mpeg-frame.js";
import { countFrames, type FramesObserver, type MpegStream } from "./mpeg-stream.js";
import { beginsFrames, DUE, MAX_FALSE_FINDS, seekFrames } from "./mpeg-sync.js";

/** Moves to the first frame, over at most `within` bytes of junk. False where there is none. */
export function* seekMp3(source: ByteCursor, within: number): Walk<boolean> {
  if (yield* beginsFrames(source, DUE)) return true;
  return yield* seekFrames(source, { left: MAX_FALSE_FINDS }, within);
}

/** What a plan has to know of an MP3. */
export interface Mp3Observer {
  frames: FramesObserver;
  /** Called at the end: where the tags begin that are found from there. */
  trailingTags(start: number): void;
}

/**
 * MPEG-1, -2 and -2.5 Layer III from the first frame on, by ISO/IEC 11172-3 and 13818-3.
 *
 * @param junkBytes how many came before the first frame that belong to no tag
 */
export function* walkMp3(
  source: ByteCursor,
  leadingTags: AudioTags,
  junkBytes: number,
  observer?: Mp3Observer,
): Walk<AudioFacts> {
  const start = source.position;
  source.keepTail(TRAILING_TAG_BYTES);
  const stream = yield* countFrames(source, Infinity, observer?.frames);
  yield* source.skip(Infinity);
  requireWhole(stream);
  if (junkBytes > 0) requireMostlyFrames(stream, junkBytes + source.position - start);
  const { ape, id3v1, bytes } = yield* readTrailingTags(source);
  observer?.trailingTags(source.position - bytes);
  const { sampleRate, channels } = describeFrame(stream.header);
  return audioFacts("mp3", {
    durationSeconds: stream.seconds,
    durationSource: "measured",
    audioBytes: stream.bytes,
    sampleRate,
    channels,
    codec: "mp3",
    lossless: false,
    // ID3v1 cuts its texts.
    tags: mergeTags([mergeRichest([leadingTags, ...stream.tags, ape]), id3v1]),
  });
}

/** A file that begins with other bytes may be anything that holds a sound. */
function requireMostlyFrames({ bytes, tagBytes }: MpegStream, fileBytes: number): void {
  if (bytes + tagBytes < fileBytes / 2) {
    throw new InspectionError(
      "unsupported_media_type",
      `The file begins with other bytes than an MP3 and holds ${bytes} bytes of MP3 frames among ${fileBytes}; at least half were expected.`,
    );
  }
}

function requireWhole({ frames, announced, isCut }: MpegStream): void {
  if (frames === 0) {
    throw new InspectionError(
      "invalid_media",
      `The MP3 holds no whole audio frame; its header announces ${announced}.`,
    );
  }
  // A count that is merely stale is larger than the frames of a file that ends behind one.
  if (isCut && frames < announced) {
    throw new InspectionError(
      "invalid_media",
      `The MP3 is cut short: its header announces ${announced} frames, but it ends inside one after ${frames}.`,
    );
  }
}
