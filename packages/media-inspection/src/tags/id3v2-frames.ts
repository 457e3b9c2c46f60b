import type { ByteCursor, Walk } from "../byte-cursor.js";
import { isPlaceName, MAX_PLACE_BYTES, placeBytes } from "./place-observer.js";
import {
  frameHeaderBytes,
  id3v2Frame,
  type Id3v2Frame,
  plainContent,
  readContent,
  readInPlace,
  unpackingSteps,
} from "./id3v2-frame.js";
import { CHAPTER, Id3v2Values } from "./id3v2-values.js";
import { BoundedBytes, type ByteSource, SynchronisedBytes } from "./tag-bytes.js";
import { textSteps } from "./tag-text.js";

/** Real ones have a few letters and digits. */
const MAX_CHAPTER_NAME_BYTES = 256;
const CHAPTER_TIMES_BYTES = 16;

/** Frames that hold what they like, under a name. */
const XMP = "XMP\0";
const OBJECTS = ["GEO", "GEOB"];
const PLACE_FRAMES = ["TXX", "TXXX", "PRIV", ...OBJECTS];
/** Where the type, file name and description of an object stand. */
const OBJECT_HEAD_BYTES = 256;

/** How the frames of a tag are stored. */
export interface FramesFormat {
  /** 2, 3 or 4. */
  version: number;
  /** Of the whole tag: before 2.4 all its bytes at once, so that frame sizes count the original. */
  isUnsynchronised: boolean;
}

/**
 * Reads frames into `values`, up to bytes that are no frame, or to a frame that is longer than what
 * is left: the cursor then stands at its header.
 */
export function* readFrames(
  source: ByteCursor,
  stored: ByteSource,
  format: FramesFormat,
  values: Id3v2Values,
): Walk<void> {
  const { version, isUnsynchronised } = format;
  const bytes = isUnsynchronised && version < 4 ? new SynchronisedBytes(stored) : stored;
  const headerBytes = frameHeaderBytes(version);
  for (;;) {
    const frame = id3v2Frame(yield* bytes.peek(headerBytes), version, isUnsynchronised);
    if (frame === undefined || headerBytes + frame.size > bytes.left) return;
    // A file is never refused for its tags: the rest is passed over.
    if (source.budget.isScarce(source.position)) return;
    yield* bytes.skip(headerBytes);
    const kept = Math.min(values.wantedBytes(frame.id), source.maxValueBytes);
    const read = (content: ByteSource) => readChapter(source, content, version, values);
    if (source.places !== undefined && PLACE_FRAMES.includes(frame.id)) {
      yield* passPlace(source, bytes, stored, frame);
      continue;
    }
    const isChapter = kept > 0 && frame.id === CHAPTER;
    if (isChapter && (yield* readInPlace(bytes, stored, frame, read))) continue;
    const content = yield* readContent(bytes, stored, frame, kept);
    if (kept === 0) continue;
    const plain = plainContent(content, frame.format);
    source.charge(textSteps(content.head.length) + unpackingSteps(frame.format, plain));
    if (plain === undefined) continue;
    if (isChapter) yield* read(wholeOf(source.over(plain.head)));
    else values.add(frame.id, plain);
  }
}

/** Passes over a frame that may hold a place under a name of its own. */
function* passPlace(
  source: ByteCursor,
  bytes: ByteSource,
  stored: ByteSource,
  frame: Id3v2Frame,
): Walk<void> {
  const start = source.position;
  // As stored, it is twice as long at most.
  const raw = yield* source.copy(Math.min(2 * frame.plainSize, bytes.left, MAX_PLACE_BYTES));
  yield* readContent(bytes, stored, frame, 0);
  const storedBytes = source.position - start;
  const content = raw.subarray(0, storedBytes);
  const isXmp = frame.id === "PRIV" && content.toString("latin1", 0, XMP.length) === XMP;
  if (!isXmp && !isPlaceName(nameOf(frame.id, content))) return;
  placeBytes(storedBytes, raw.length);
  if (isXmp) source.places?.xml(start + XMP.length, content.subarray(XMP.length), true);
  else source.places?.value(start, content, 0);
}

/** The name in front of a frame's content: of an object, all that stands in front of it. */
function nameOf(id: string, content: Buffer): string {
  // In UTF-16 every other byte is a zero.
  const isWide = content[0] === 1 || content[0] === 2;
  const end = content.indexOf(isWide ? "\0\0" : "\0", 1, "latin1");
  const nameEnd = OBJECTS.includes(id) ? OBJECT_HEAD_BYTES : end < 0 ? content.length : end;
  const name = content.toString("latin1", 0, Math.min(nameEnd, content.length));
  return name.replaceAll("\0", isWide ? "" : " ");
}

function wholeOf(source: ByteCursor): ByteSource {
  return new BoundedBytes(source, source.available);
}

/** "ID3v2 Chapter Frame Addendum", 3.1: name, times in milliseconds, offsets, frames. */
function* readChapter(
  source: ByteCursor,
  content: ByteSource,
  version: number,
  values: Id3v2Values,
): Walk<void> {
  const name = yield* content.peek(MAX_CHAPTER_NAME_BYTES);
  const startAt = name.indexOf(0) + 1;
  yield* content.skip(startAt);
  const times = yield* content.take(CHAPTER_TIMES_BYTES);
  if (startAt === 0 || times.length < CHAPTER_TIMES_BYTES) return;
  const own = new Id3v2Values(undefined, "title");
  yield* readFrames(source, content, { version, isUnsynchronised: false }, own);
  values.addChapter(times.readUInt32BE(0) / 1000, own.tags().title);
}
