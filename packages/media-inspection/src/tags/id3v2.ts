import type { ByteCursor, Walk } from "../byte-cursor.js";
import type { AudioTags } from "../media-facts.js";
import { addTag, type TagName } from "./tag-fields.js";
import { type TagEncoding, tagText, textSteps } from "./tag-text.js";

export const ID3V2_HEADER_BYTES = 10;

/** id3.org: "ID3 tag version 2.2.0", 4; "2.3.0", 4.2.1; "2.4.0", 4.2.1. */
const FRAMES: ReadonlyMap<string, TagName> = new Map([
  ["TT2", "title"],
  ["TP1", "artist"],
  ["TAL", "album"],
  ["TIT2", "title"],
  ["TPE1", "artist"],
  ["TALB", "album"],
]);
const ENCODINGS: readonly TagEncoding[] = ["latin1", "utf-16le", "utf-16be", "utf-8"];

const FRAME_ID = /^[A-Z0-9]{3,4}$/;

/** Flags of the tag's header; in 2.2 the second says that the tag is compressed. */
const UNSYNCHRONISED = 0x80;
const EXTENDED_HEADER = 0x40;
const FOOTER = 0x10;

export interface Id3v2Header {
  version: number;
  flags: number;
  /** Bytes behind the header, with the footer. */
  bodyBytes: number;
}

/**
 * ID3v2.4.0 structure, 3.1. Undefined where the bytes begin no ID3v2 tag, and where its size is
 * not syncsafe (four times seven bits) unless `isPlain`, which takes only such.
 */
export function id3v2Header(head: Buffer, isPlain = false): Id3v2Header | undefined {
  if (head.length < ID3V2_HEADER_BYTES || head.toString("latin1", 0, 3) !== "ID3") return undefined;
  const version = head.readUInt8(3);
  const stored = head.readUInt32BE(6);
  const size = isPlain ? plainSize(stored) : syncsafe(stored);
  if (version === 0xff || head.readUInt8(4) === 0xff || size === undefined) return undefined;
  const flags = head.readUInt8(5);
  return { version, flags, bodyBytes: size + (version === 4 && flags & FOOTER ? 10 : 0) };
}

/**
 * Passes over the ID3v2 tag (2.2, 2.3 or 2.4) that begins at the cursor and reads the frames of
 * interest on the way. A broken tag gives fewer values, never an error.
 */
export function* readId3v2(source: ByteCursor, header: Id3v2Header): Walk<AudioTags> {
  yield* source.skip(ID3V2_HEADER_BYTES);
  const end = source.position + header.bodyBytes;
  const isCompressed = header.version === 2 && (header.flags & EXTENDED_HEADER) !== 0;
  const isKnown = header.version >= 2 && header.version <= 4 && !isCompressed;
  // Before 2.4 the whole tag is unsynchronised at once, so that frame sizes count the original.
  const isMixed = header.version < 4 && (header.flags & UNSYNCHRONISED) !== 0;
  let tags: AudioTags = {};
  if (isKnown && isMixed) tags = yield* readUnsynchronised(source, header);
  else if (isKnown) tags = yield* readFrames(source, end, header);
  yield* source.skip(end - source.position);
  return tags;
}

function* readUnsynchronised(source: ByteCursor, header: Id3v2Header): Walk<AudioTags> {
  const stored = yield* source.take(Math.min(header.bodyBytes, source.limits.maxTagBytes));
  const body = synchronise(stored);
  return yield* readFrames(source.over(body), body.length, header);
}

function* readFrames(
  source: ByteCursor,
  end: number,
  { version, flags }: Id3v2Header,
): Walk<AudioTags> {
  const tags: AudioTags = {};
  if (version > 2 && flags & EXTENDED_HEADER) {
    const head = yield* source.peek(4);
    if (head.length < 4) return tags;
    const size = head.readUInt32BE(0);
    const skipped = version === 3 ? size + 4 : (syncsafe(size) ?? 0);
    yield* source.skip(Math.min(skipped, end - source.position));
  }
  const headerBytes = version === 2 ? 6 : 10;
  while (source.position + headerBytes <= end) {
    const head = yield* source.take(headerBytes);
    // Some writers put identifiers of 2.2 into later tags.
    const id = head.toString("latin1", 0, version === 2 ? 3 : 4).replace(/[\0 ]$/, "");
    if (head.length < headerBytes || !FRAME_ID.test(id)) break;
    const size = frameSize(head, version);
    if (source.position + size > end) break;
    const name = FRAMES.get(id);
    const isWanted =
      name !== undefined && size <= source.limits.maxTagBytes && tags[name] === undefined;
    const stored = isWanted ? [yield* source.take(size)] : [];
    if (!isWanted) yield* source.skip(size);
    // Some writers of 2.4 store plain sizes: then no frame begins where the syncsafe one ends.
    const missed = version === 4 ? head.readUInt32BE(4) - size : 0;
    if (missed > 0 && source.position + missed <= end && !(yield* frameFollows(source, end))) {
      const isKept = isWanted && missed <= source.limits.maxTagBytes;
      if (isKept) stored.push(yield* source.take(missed));
      else yield* source.skip(missed);
    }
    if (isWanted) {
      source.charge(textSteps(size));
      const formatFlags = version === 2 ? 0 : head.readUInt8(9);
      const content = frameContent(Buffer.concat(stored), version, formatFlags, flags);
      addTag(tags, name, content && frameText(content));
    }
  }
  return tags;
}

/** Whether a frame, padding or the end of the tag is at the cursor. */
function* frameFollows(source: ByteCursor, end: number): Walk<boolean> {
  const left = end - source.position;
  if (left < 4) return true;
  const next = yield* source.peek(4);
  return next.every((byte) => byte === 0) || FRAME_ID.test(next.toString("latin1"));
}

function frameSize(head: Buffer, version: number): number {
  if (version === 2) return head.readUIntBE(3, 3);
  const plain = head.readUInt32BE(4);
  return version === 4 ? (syncsafe(plain) ?? plain) : plain;
}

/** Undoes what the frame's format flags say; undefined where it is compressed or encrypted. */
function frameContent(
  stored: Buffer,
  version: number,
  formatFlags: number,
  tagFlags: number,
): Buffer | undefined {
  if (version === 2) return stored;
  if (version === 3) {
    return formatFlags & 0xc0 ? undefined : stored.subarray(formatFlags & 0x20 ? 1 : 0);
  }
  if (formatFlags & 0x0c) return undefined;
  const extra = (formatFlags & 0x40 ? 1 : 0) + (formatFlags & 0x01 ? 4 : 0);
  const content = stored.subarray(extra);
  return formatFlags & 0x02 || tagFlags & UNSYNCHRONISED ? synchronise(content) : content;
}

function frameText(content: Buffer): string | undefined {
  const encoding = ENCODINGS[content[0] ?? 0];
  if (encoding === undefined) return undefined;
  const text = content.subarray(1);
  const isBigEndian = encoding === "utf-16le" && text[0] === 0xfe && text[1] === 0xff;
  return tagText(text, isBigEndian ? "utf-16be" : encoding);
}

/** Four times seven bits; undefined where a high bit is set. */
function syncsafe(value: number): number | undefined {
  if (value & 0x80808080) return undefined;
  return (
    ((value >>> 24) << 21) |
    (((value >>> 16) & 0x7f) << 14) |
    (((value >>> 8) & 0x7f) << 7) |
    (value & 0x7f)
  );
}

/** Undefined where the size may well be syncsafe. */
function plainSize(value: number): number | undefined {
  return syncsafe(value) === undefined ? value : undefined;
}

/** ID3v2.4.0 structure, 6.1: drops the zero that was put behind every 0xFF. */
function synchronise(stored: Buffer): Buffer {
  const plain = Buffer.alloc(stored.length);
  let length = 0;
  for (let at = 0; at < stored.length; at += 1) {
    if (stored[at] === 0 && at > 0 && stored[at - 1] === 0xff) continue;
    plain[length] = stored[at] ?? 0;
    length += 1;
  }
  return plain.subarray(0, length);
}
