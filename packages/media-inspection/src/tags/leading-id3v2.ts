import { beginsFrames, DUE, FOUND } from "../audio/mpeg-sync.js";
import type { ByteCursor, Walk } from "../byte-cursor.js";
import { HEAD_BYTES, signedFormat } from "../known-formats.js";
import type { AudioTags } from "../media-facts.js";
import { frameHeaderBytes, id3v2Frame, isFrameStart } from "./id3v2-frame.js";
import {
  ID3V2_HEADER_BYTES,
  type Id3v2Header,
  id3v2Header,
  readId3v2Body,
  UNSYNCHRONISED,
} from "./id3v2.js";
import { Id3v2Values } from "./id3v2-values.js";
import { BoundedBytes } from "./tag-bytes.js";

const SOUND_FORMATS = ["flac", "wav", "m4a"];

/**
 * Passes over the ID3v2 tag in front of the audio. Its size is believed unless its frames prove it
 * wrong: the last one goes on behind it, or audio begins before its end. Behind a size that is not
 * syncsafe, what follows the frames is left to the caller.
 */
export function* readLeadingId3v2(source: ByteCursor, header: Id3v2Header): Walk<AudioTags> {
  yield* source.skip(ID3V2_HEADER_BYTES);
  const body = new BoundedBytes(source, header.bodyBytes);
  const values = new Id3v2Values(source.kept);
  yield* readId3v2Body(source, body, header, values);
  if (yield* lacksFrame(source, body, header)) {
    yield* readFramesOn(source, header, values);
  } else if (!(yield* endsBefore(source, body))) {
    const isBelieved = header.isSyncsafe || (yield* isFollowed(source, body.left));
    if (isBelieved) yield* body.skip(Infinity);
  }
  return values.tags();
}

/** Whether the frame at the cursor ends behind the tag, and something that may follow one does. */
function* lacksFrame(
  source: ByteCursor,
  body: BoundedBytes,
  { version }: Id3v2Header,
): Walk<boolean> {
  const headerBytes = frameHeaderBytes(version);
  const frame = id3v2Frame(yield* source.peek(headerBytes), version, false);
  if (frame === undefined) return false;
  const end = headerBytes + frame.size;
  return end > body.left && end <= source.limits.maxTagBytes && (yield* isPlausible(source, end));
}

/** Reads the frames at the cursor, which alone tell where the tag ends. */
function* readFramesOn(source: ByteCursor, header: Id3v2Header, values: Id3v2Values): Walk<void> {
  const rest = new BoundedBytes(source, Infinity);
  // The extended header lies behind.
  const flags = header.flags & UNSYNCHRONISED;
  yield* readId3v2Body(source, rest, { ...header, flags }, values);
}

/** Whether another frame, padding or audio is `at` bytes on. */
function* isPlausible(source: ByteCursor, at: number): Walk<boolean> {
  const start = yield* source.peekAt(at, 4);
  if (start.length < 4) return false;
  return isFrameStart(start) || (yield* beginsSound(source, at));
}

/** Passes over padding. Whether audio, or another tag, begins within the tag. */
function* endsBefore(source: ByteCursor, body: BoundedBytes): Walk<boolean> {
  if (body.left === 0) return false;
  if (yield* beginsSound(source, 0)) return true;
  return (yield* source.skipZeros(body.left - 1)) && (yield* beginsSound(source, 0));
}

function* beginsSound(source: ByteCursor, at: number): Walk<boolean> {
  const head = yield* source.peekAt(at, HEAD_BYTES);
  const format = signedFormat(head);
  if (format !== undefined && SOUND_FORMATS.includes(format)) return true;
  return id3v2Header(head) !== undefined || (yield* beginsFrames(source, FOUND, at));
}

/** Whether frames follow a tag that is no larger than those kept. */
function* isFollowed(source: ByteCursor, left: number): Walk<boolean> {
  return left <= source.limits.maxTagBytes && (yield* beginsFrames(source, DUE, left));
}
