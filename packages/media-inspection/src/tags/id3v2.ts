import type { ByteCursor, Walk } from "../byte-cursor.js";
import type { AudioTags } from "../media-facts.js";
import { syncsafe } from "./id3v2-frame.js";
import { readFrames } from "./id3v2-frames.js";
import { Id3v2Values } from "./id3v2-values.js";
import { BoundedBytes, type ByteSource } from "./tag-bytes.js";

export const ID3V2_HEADER_BYTES = 10;

/** Flags of the tag's header; in 2.2 the second says that the tag is compressed. */
export const UNSYNCHRONISED = 0x80;
const EXTENDED_HEADER = 0x40;
const FOOTER = 0x10;

export interface Id3v2Header {
  version: number;
  flags: number;
  /** Bytes behind the header, with the footer. */
  bodyBytes: number;
  /** Whether the size is written as it has to be: four times seven bits. */
  isSyncsafe: boolean;
}

/** ID3v2.4.0 structure, 3.1. Undefined where the bytes begin no ID3v2 tag. */
export function id3v2Header(head: Buffer): Id3v2Header | undefined {
  if (head.length < ID3V2_HEADER_BYTES || head.toString("latin1", 0, 3) !== "ID3") return undefined;
  const version = head.readUInt8(3);
  const flags = head.readUInt8(5);
  if (version === 0xff || head.readUInt8(4) === 0xff) return undefined;
  const stored = head.readUInt32BE(6);
  const size = syncsafe(stored);
  const footerBytes = version === 4 && flags & FOOTER ? 10 : 0;
  return {
    version,
    flags,
    bodyBytes: (size ?? stored) + footerBytes,
    isSyncsafe: size !== undefined,
  };
}

/**
 * Passes over the ID3v2 tag (2.2, 2.3 or 2.4) that begins at the cursor and reads its frames on the
 * way. A broken tag gives fewer values, never an error.
 */
export function* readId3v2(source: ByteCursor, header: Id3v2Header): Walk<AudioTags> {
  yield* source.skip(ID3V2_HEADER_BYTES);
  const body = new BoundedBytes(source, header.bodyBytes);
  const values = new Id3v2Values(source.kept);
  yield* readId3v2Body(source, body, header, values);
  yield* body.skip(Infinity);
  return values.tags();
}

/** Reads the frames of a tag, behind its header, and stops where there are no more. */
export function* readId3v2Body(
  source: ByteCursor,
  body: BoundedBytes,
  { version, flags }: Id3v2Header,
  values: Id3v2Values,
): Walk<void> {
  const isPacked = version === 2 && (flags & EXTENDED_HEADER) !== 0;
  if (version < 2 || version > 4 || isPacked) return;
  if (version > 2 && flags & EXTENDED_HEADER) yield* skipExtendedHeader(body, version);
  const isUnsynchronised = (flags & UNSYNCHRONISED) !== 0;
  yield* readFrames(source, body, { version, isUnsynchronised }, values);
}

function* skipExtendedHeader(body: ByteSource, version: number): Walk<void> {
  const head = yield* body.peek(4);
  if (head.length < 4) return;
  const size = head.readUInt32BE(0);
  yield* body.skip(version === 3 ? size + 4 : (syncsafe(size) ?? 0));
}
