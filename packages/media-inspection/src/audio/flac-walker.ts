import { InspectionError } from "../errors.js";
import type { ByteCursor, Walk } from "../byte-cursor.js";
import type { AudioFacts, AudioTags } from "../media-facts.js";
import { CoverChoice } from "../tags/cover-choice.js";
import { flacPicture, PICTURE_HEAD_BYTES, pictureBytes } from "../tags/flac-picture.js";
import { mergeRichest, mergeTags } from "../tags/tag-fields.js";
import { readVorbisComment } from "../tags/vorbis-comment.js";
import { audioFacts } from "./audio-facts.js";
import { FlacFrameCounter } from "./flac-frame-counter.js";

/** RFC 9639, 8.1. */
export const STREAMINFO = 0;
export const SEEKTABLE = 3;
export const VORBIS_COMMENT = 4;
export const CUESHEET = 5;
export const PICTURE = 6;
const LAST_KNOWN_TYPE = 6;
const INVALID_TYPE = 127;
export const STREAMINFO_BYTES = 34;
/** The share of the claimed samples that must be there: damage takes few of them, a cut many. */
const MIN_SHARE = 0.98;

interface StreamInfo {
  sampleRate: number;
  channels: number;
  /** 0 where unknown. */
  totalSamples: number;
  maxBlockSize: number;
}

/** What a plan has to know of a FLAC. */
export interface FlacObserver {
  /** Called in front of each metadata block, of so many bytes with its header. */
  block(type: number, bytes: number): Walk<void>;
  /** Called at the end of the file: where the first and the last frame begin. */
  frames(firstAt: number, lastAt: number): void;
}

/**
 * FLAC in its own container, from RFC 9639. The frames that came are counted: they are the
 * measure where STREAMINFO claims nothing or too little, and refute it where it claims more.
 */
export function* walkFlac(
  source: ByteCursor,
  leadingTags: AudioTags,
  observer?: FlacObserver,
): Walk<AudioFacts> {
  let info: StreamInfo | undefined;
  let comments: AudioTags = {};
  const covers = new CoverChoice(source.kept);
  yield* source.skip(4);

  for (let isLast = false; !isLast;) {
    const header = Buffer.from(yield* source.peek(4));
    if (header.length < 4 || isFrameSync(header)) break;
    isLast = header.readUInt8(0) >= 0x80;
    const type = header.readUInt8(0) & 0x7f;
    // The block before had a wrong length. The audio behind it is found nonetheless.
    if (type > LAST_KNOWN_TYPE && !(yield* isReservedBlock(source, header))) break;
    if (type === STREAMINFO && info !== undefined) break;
    if (observer !== undefined) yield* observer.block(type, 4 + header.readUIntBE(1, 3));
    yield* source.skip(4);
    const end = source.position + header.readUIntBE(1, 3);
    if (type === STREAMINFO) {
      info = readStreamInfo(yield* source.take(Math.min(STREAMINFO_BYTES, end - source.position)));
    } else if (type === VORBIS_COMMENT) {
      comments = mergeTags([comments, yield* readVorbisComment(source, end)]);
    } else if (type === PICTURE) {
      const size = end - source.position;
      const most = source.kept === undefined ? PICTURE_HEAD_BYTES : source.maxValueBytes;
      const head = yield* source.take(Math.min(most, size));
      const picture = flacPicture(head, size);
      if (picture !== undefined) covers.offer(picture, picture.kind, pictureBytes(head, picture));
    }
    yield* source.skip(end - source.position);
  }
  if (info === undefined) {
    throw new InspectionError(
      "invalid_media",
      `The FLAC must describe its audio in a STREAMINFO block; none is in its first ${source.position} bytes.`,
    );
  }

  const frames = new FlacFrameCounter(Math.max(0, info.totalSamples - info.maxBlockSize));
  yield* frames.count(source);
  if (frames.start === undefined) {
    throw new InspectionError(
      "invalid_media",
      `The FLAC claims ${info.totalSamples} samples but holds no audio frame.`,
    );
  }
  if (frames.samples < MIN_SHARE * (info.totalSamples - info.maxBlockSize)) {
    throw new InspectionError(
      "invalid_media",
      `The FLAC is cut short: it claims ${info.totalSamples} samples but holds ${frames.samples}.`,
    );
  }
  observer?.frames(frames.start, frames.lastAt ?? frames.start);
  const isClaimTrue =
    info.totalSamples > 0 && Math.abs(info.totalSamples - frames.samples) <= info.maxBlockSize;
  return audioFacts("flac", {
    durationSeconds: (isClaimTrue ? info.totalSamples : frames.samples) / info.sampleRate,
    durationSource: isClaimTrue ? "header" : "measured",
    audioBytes: frames.end(source.position) - frames.start,
    sampleRate: info.sampleRate,
    channels: info.channels,
    codec: "flac",
    lossless: true,
    tags: mergeRichest([{ ...comments, ...coverTags(covers) }, leadingTags]),
  });
}

function coverTags({ cover }: CoverChoice): AudioTags {
  return cover === undefined ? {} : { cover };
}

/** Where a metadata block has a wrong length or lacks its last-block flag, audio may come early. */
function isFrameSync(header: Buffer): boolean {
  return (header.readUInt16BE(0) & 0xfffe) === 0xfff8;
}

/**
 * RFC 9639, 8.1: blocks of reserved types are passed over. What is behind one, a block or audio, tells
 * it from other bytes; one that is too long to look behind counts as such.
 */
function* isReservedBlock(source: ByteCursor, header: Buffer): Walk<boolean> {
  const isLast = header.readUInt8(0) >= 0x80;
  const length = header.readUIntBE(1, 3);
  const isReserved = (header.readUInt8(0) & 0x7f) < INVALID_TYPE;
  if (!isReserved || length > source.limits.maxTagBytes) return false;
  const next = yield* source.peekAt(4 + length, 4);
  if (next.length < 4) return false;
  if (isFrameSync(next)) return true;
  const type = next.readUInt8(0) & 0x7f;
  const isShort = next.readUIntBE(1, 3) <= source.limits.maxTagBytes;
  return !isLast && type !== STREAMINFO && type < INVALID_TYPE && isShort;
}

/** RFC 9639, 8.2. */
function readStreamInfo(body: Buffer): StreamInfo {
  if (body.length < STREAMINFO_BYTES) {
    throw new InspectionError(
      "invalid_media",
      `The FLAC's STREAMINFO block has ${body.length} bytes, not ${STREAMINFO_BYTES}.`,
    );
  }
  const bits = body.readUInt32BE(10);
  return {
    maxBlockSize: body.readUInt16BE(2),
    sampleRate: bits >>> 12,
    channels: ((bits >>> 9) & 7) + 1,
    totalSamples: (body.readUInt8(13) & 0x0f) * 2 ** 32 + body.readUInt32BE(14),
  };
}
