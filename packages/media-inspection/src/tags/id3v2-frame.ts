import { constants, inflateSync } from "node:zlib";

import type { Walk } from "../byte-cursor.js";
import { type ByteSource, PartialBytes, SynchronisedBytes } from "./tag-bytes.js";

/** Bytes of a packed value that are unpacked at most. */
const MAX_INFLATED_BYTES = 64 * 1024;

/** id3.org: "ID3 tag version 2.3.0", 3.3.1; "2.4.0 structure", 4.1. */
export interface Id3v2Frame {
  id: string;
  /** Bytes behind the header. */
  size: number;
  /** The size in 2.4, were it not syncsafe as it should be; else `size`. */
  plainSize: number;
  format: FrameFormat;
}

/** How the content is stored. */
interface FrameFormat {
  isEncrypted: boolean;
  isCompressed: boolean;
  isUnsynchronised: boolean;
  /** Bytes in front of the content. */
  extraBytes: number;
  /** Where the content's original size stands among these; undefined where it is not given. */
  lengthAt: number | undefined;
  isLengthSyncsafe: boolean;
}

/** The beginning of a frame's content. */
export interface FrameContent {
  head: Buffer;
  /** Bytes of all of it. */
  size: number;
}

/** Not the names with which other files begin. */
const FRAME_ID = /^(?!RIFF|RIFX|RF64|BW64|FORM)[A-Z0-9]{3,4}$/;

export function frameHeaderBytes(version: number): number {
  return version === 2 ? 6 : 10;
}

/** Undefined where no frame begins: in padding, or where the tag is broken. */
export function id3v2Frame(
  head: Buffer,
  version: number,
  isTagUnsynchronised: boolean,
): Id3v2Frame | undefined {
  // Some writers put identifiers of 2.2 into later tags.
  const id = head.toString("latin1", 0, version === 2 ? 3 : 4).replace(/[\0 ]$/, "");
  if (head.length < frameHeaderBytes(version) || !FRAME_ID.test(id)) return undefined;
  if (version === 2) {
    const size = head.readUIntBE(3, 3);
    return { id, size, plainSize: size, format: frameFormat(2, 0, false) };
  }
  const plainSize = head.readUInt32BE(4);
  const size = version === 4 ? (syncsafe(plainSize) ?? plainSize) : plainSize;
  return {
    id,
    size,
    plainSize,
    format: frameFormat(version, head.readUInt8(9), isTagUnsynchronised),
  };
}

function frameFormat(version: number, flags: number, isTagUnsynchronised: boolean): FrameFormat {
  const isNew = version === 4;
  const has = (bitIn3: number, bitIn4: number) => (flags & (isNew ? bitIn4 : bitIn3)) !== 0;
  const [isCompressed, isEncrypted] = [has(0x80, 0x08), has(0x40, 0x04)];
  const groupBytes = has(0x20, 0x40) ? 1 : 0;
  const hasLength = has(0x80, 0x01);
  return {
    isEncrypted,
    isCompressed,
    isUnsynchronised: isNew && (isTagUnsynchronised || (flags & 0x02) !== 0),
    extraBytes: groupBytes + (hasLength ? 4 : 0),
    lengthAt: hasLength ? (isNew ? groupBytes : 0) : undefined,
    isLengthSyncsafe: isNew,
  };
}

/** Whether a frame, padding or the end of the tag follows. */
function* frameFollows(bytes: ByteSource): Walk<boolean> {
  if (bytes.left < 4) return true;
  return isFrameStart(yield* bytes.peek(4));
}

/** Whether four bytes can begin a frame or padding. */
export function isFrameStart(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0) || FRAME_ID.test(bytes.toString("latin1"));
}

/**
 * Passes over a frame's content and keeps its first `kept` bytes.
 *
 * @param stored the bytes of a tag of version 2.4, whose frames are unsynchronised one by one
 */
export function* readContent(
  bytes: ByteSource,
  stored: ByteSource,
  { size, plainSize, format }: Id3v2Frame,
  kept: number,
): Walk<FrameContent> {
  const first = yield* readPart(bytes, stored, size, kept, format.isUnsynchronised);
  const missed = plainSize - size;
  // Some writers of 2.4 store plain sizes: then no frame begins where the syncsafe one ends.
  if (missed <= 0 || missed > bytes.left || (yield* frameFollows(bytes))) return first;
  const rest = kept - first.head.length;
  const second = yield* readPart(bytes, stored, missed, rest, format.isUnsynchronised);
  return { head: Buffer.concat([first.head, second.head]), size: first.size + second.size };
}

function* readPart(
  bytes: ByteSource,
  stored: ByteSource,
  size: number,
  kept: number,
  isUnsynchronised: boolean,
): Walk<FrameContent> {
  const part = framePart(bytes, stored, size, isUnsynchronised);
  const head = yield* part.take(Math.min(kept, size));
  return { head, size: head.length + (yield* part.skip(Infinity)) };
}

function framePart(
  bytes: ByteSource,
  stored: ByteSource,
  size: number,
  isUnsynchronised: boolean,
): ByteSource {
  const part = new PartialBytes(isUnsynchronised ? stored : bytes, size);
  return isUnsynchronised ? new SynchronisedBytes(part) : part;
}

/**
 * Lets `read` read a frame's content, as `readContent` does, and passes over what it leaves. False where
 * the content is not stored as it is.
 */
export function* readInPlace(
  bytes: ByteSource,
  stored: ByteSource,
  { size, plainSize, format }: Id3v2Frame,
  read: (content: ByteSource) => Walk<void>,
): Walk<boolean> {
  if (format.isCompressed || format.isEncrypted) return false;
  const content = framePart(bytes, stored, size, format.isUnsynchronised);
  yield* content.skip(format.extraBytes);
  yield* read(content);
  yield* content.skip(Infinity);
  const missed = plainSize - size;
  if (missed > 0 && missed <= bytes.left && !(yield* frameFollows(bytes))) {
    yield* framePart(bytes, stored, missed, format.isUnsynchronised).skip(Infinity);
  }
  return true;
}

/** Steps that `plainContent` took to get this. */
export function unpackingSteps({ isCompressed }: FrameFormat, plain?: FrameContent): number {
  return isCompressed ? 2000 + (plain?.head.length ?? MAX_INFLATED_BYTES) / 2 : 0;
}

/** Undoes what the frame's flags say; undefined where the content is encrypted or broken. */
export function plainContent(
  { head, size }: FrameContent,
  format: FrameFormat,
): FrameContent | undefined {
  const { extraBytes, lengthAt } = format;
  if (format.isEncrypted || head.length < extraBytes) return undefined;
  const content = head.subarray(extraBytes);
  if (!format.isCompressed) return { head: content, size: size - extraBytes };
  const plain = inflated(content);
  if (plain === undefined) return undefined;
  const length = lengthAt === undefined ? plain.length : head.readUInt32BE(lengthAt);
  return { head: plain, size: format.isLengthSyncsafe ? (syncsafe(length) ?? length) : length };
}

/** The beginning of what was packed, of which `bytes` may be a part only. */
function inflated(bytes: Buffer): Buffer | undefined {
  try {
    return inflateSync(bytes, {
      maxOutputLength: MAX_INFLATED_BYTES,
      finishFlush: constants.Z_SYNC_FLUSH,
    });
  } catch {
    // A broken frame does not make a broken file.
    return undefined;
  }
}

/** Four times seven bits; undefined where a high bit is set. */
export function syncsafe(value: number): number | undefined {
  if (value & 0x80808080) return undefined;
  return (
    ((value >>> 24) << 21) |
    (((value >>> 16) & 0x7f) << 14) |
    (((value >>> 8) & 0x7f) << 7) |
    (value & 0x7f)
  );
}
