import type { ByteCursor, Walk } from "../byte-cursor.js";
import {
  frameHeaderBytes,
  type FrameContent,
  id3v2Frame,
  plainContent,
  readContent,
  unpackingSteps,
} from "./id3v2-frame.js";
import { CHAPTER, Id3v2Values } from "./id3v2-values.js";
import { BoundedBytes, type ByteSource, SynchronisedBytes } from "./tag-bytes.js";
import { textSteps } from "./tag-text.js";

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
    yield* bytes.skip(headerBytes);
    const kept = Math.min(values.wantedBytes(frame.id), source.limits.maxTagBytes);
    const content = yield* readContent(bytes, stored, frame, kept);
    if (kept === 0) continue;
    const plain = plainContent(content, frame.format);
    source.charge(textSteps(content.head.length) + unpackingSteps(frame.format, plain));
    if (plain === undefined) continue;
    if (frame.id === CHAPTER) yield* readChapter(source, plain, version, values);
    else values.add(frame.id, plain);
  }
}

/** "ID3v2 Chapter Frame Addendum", 3.1: name, times in milliseconds, offsets, frames. */
function* readChapter(
  source: ByteCursor,
  { head }: FrameContent,
  version: number,
  values: Id3v2Values,
): Walk<void> {
  const startAt = head.indexOf(0) + 1;
  if (startAt === 0 || head.length < startAt + 16) return;
  const frames = source.over(head.subarray(startAt + 16));
  const own = new Id3v2Values();
  const format = { version, isUnsynchronised: false };
  yield* readFrames(frames, new BoundedBytes(frames, frames.available), format, own);
  values.addChapter(head.readUInt32BE(startAt) / 1000, own.tags().title);
}
