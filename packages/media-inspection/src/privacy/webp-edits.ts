import type { ByteCursor, Walk } from "../byte-cursor.js";
import { InspectionError } from "../errors.js";
import { exifOrientation, MAX_EXIF_BYTES } from "../image/exif-orientation.js";
import { ANIMATION, EXIF, FRAME_HEADER_BYTES, VP8X_BYTES, XMP } from "../image/webp-chunks.js";
import type { EditList } from "./edit-list.js";
import type { Privacy, RemovedKind } from "./edit-plan.js";
import { cleanExif } from "./exif-profile.js";
import { iccBytes } from "./icc-bytes.js";
import { placelessXmp } from "./xmp-places.js";

const HEADER_BYTES = 8;
/** Where RIFF's size stands. */
const SIZE_AT = 4;
/** Steps for a byte in which places are sought. */
const STEPS_PER_BYTE = 4;
/** The flags that announce chunks of metadata. */
const FLAGS: Readonly<Record<string, number>> = { EXIF, "XMP ": XMP };
const IMAGE_CHUNKS = new Set(["ALPH", "VP8 ", "VP8L"]);

interface Chunk {
  type: string;
  start: number;
  /** Bytes of its data. */
  size: number;
  /** Where its data and padding end. */
  end: number;
  /** Where they end within what it stands in: padding may lie outside. */
  endInside: number;
}

interface Seen {
  kept: Set<string>;
  dropped: Set<string>;
  /** The first byte of VP8X, once it came, and its offset. */
  flags: { at: number; value: number } | undefined;
  orientation: number | undefined;
  /** By how many bytes what is left is larger than the original. */
  growth: number;
}

/**
 * Names what is removed from a WebP. Under `all` only chunks are left that decoders need. What follows the
 * RIFF container is dropped under `location` too, since it may hold places.
 *
 * @throws InspectionError under `all` where decoders may disagree on what belongs to the picture
 */
export function* planWebp(source: ByteCursor, edits: EditList, privacy: Privacy): Walk<void> {
  const seen: Seen = {
    kept: new Set(),
    dropped: new Set(),
    flags: undefined,
    orientation: undefined,
    growth: 0,
  };
  const riff = yield* source.take(12);
  const end = 8 + riff.readUInt32LE(SIZE_AT);
  for (;;) {
    const chunk = yield* nextChunk(source, end);
    if (chunk === undefined) break;
    if (privacy === "all") yield* stripChunk(source, chunk, seen, edits);
    else yield* cleanChunk(source, chunk, seen, edits);
    yield* source.skip(chunk.end - source.position);
    // A picture that is not extended is one chunk.
    if (seen.flags === undefined && (chunk.type === "VP8 " || chunk.type === "VP8L")) break;
  }
  const rest = source.position;
  if (rest < end - 1) {
    const came = yield* source.skip(end - rest);
    if (came < end - rest - 1) throw broken(rest, "it is cut short");
    edits.drop(rest, source.position, "application-data");
    seen.growth -= end - rest;
  }
  const behind = source.position;
  yield* source.skip(Infinity);
  edits.drop(behind, source.position, "trailer");

  if (seen.flags !== undefined) {
    const { at, value } = seen.flags;
    edits.change(at, Buffer.of(value), Buffer.of(value & ~staleFlags(seen)));
  }
  edits.change(SIZE_AT, riff.subarray(SIZE_AT, 8), uint32(end - 8 + seen.growth));
}

/** The header of the next chunk; undefined where none follows. */
function* nextChunk(source: ByteCursor, end: number): Walk<Chunk | undefined> {
  const start = source.position;
  if (start + HEADER_BYTES > end) return undefined;
  const header = yield* source.take(HEADER_BYTES);
  if (header.length < HEADER_BYTES) throw broken(start, "it is cut short");
  const size = header.readUInt32LE(4);
  const chunkEnd = start + HEADER_BYTES + size + (size % 2);
  if (chunkEnd > end + 1) throw broken(start, "a chunk reaches beyond its container");
  return {
    type: header.toString("latin1", 0, 4),
    start,
    size,
    end: chunkEnd,
    endInside: Math.min(chunkEnd, end),
  };
}

/** Under `all`: passes over a chunk that decoders need, and drops others. */
function* stripChunk(source: ByteCursor, chunk: Chunk, seen: Seen, edits: EditList): Walk<void> {
  const { type, start, size } = chunk;
  const { flags, kept } = seen;
  const isAnimated = flags !== undefined && (flags.value & ANIMATION) !== 0;
  const isFirst = !kept.has(type);
  if (type === "VP8X" && isFirst && !hasImage(kept)) {
    yield* readFlags(source, chunk, seen);
    kept.add(type);
  } else if (IMAGE_CHUNKS.has(type) && isAnimated) {
    throw broken(start, "an image stands outside the frames of its animation");
  } else if (type === "ALPH" && flags === undefined) {
    throw broken(start, "a simple image has transparency apart");
  } else if (type === "ALPH" ? isFirst : IMAGE_CHUNKS.has(type) && !hasImage(kept)) {
    kept.add(type);
  } else if (type === "ANMF" && isAnimated) {
    if (size < FRAME_HEADER_BYTES + HEADER_BYTES) throw broken(start, "a frame is broken");
    yield* stripFrame(source, chunk, seen, edits);
  } else if (isFirst && type === "ANIM" && isAnimated && size === 6) {
    kept.add(type);
  } else if (isFirst && type === "ICCP" && flags) {
    kept.add(type);
    yield* keepColours(source, chunk, seen, edits);
  } else if (type === "EXIF") {
    yield* cleanProfile(source, chunk, seen, edits, "all");
  } else {
    yield* dropChunk(source, chunk, seen, edits, type === "XMP " ? "xmp" : "application-data");
  }
}

/** Keeps the colour profile, but not what follows its end. */
function* keepColours(source: ByteCursor, chunk: Chunk, seen: Seen, edits: EditList): Walk<void> {
  const { start, size, endInside } = chunk;
  const bytes = iccBytes(yield* source.peek(4));
  if (bytes >= size) return;
  const kept = start + HEADER_BYTES + bytes;
  yield* source.skip(chunk.end - source.position);
  edits.replace(start + SIZE_AT, start + HEADER_BYTES, uint32(bytes), "application-data");
  edits.replace(kept, source.position, Buffer.alloc(bytes % 2), "application-data");
  seen.growth -= endInside - kept - (bytes % 2);
}

/** The first image counts. */
function hasImage(kept: ReadonlySet<string>): boolean {
  return kept.has("VP8 ") || kept.has("VP8L");
}

function* readFlags(source: ByteCursor, { start, size }: Chunk, seen: Seen): Walk<void> {
  const [value] = yield* source.peek(1);
  if (size !== VP8X_BYTES || value === undefined) throw broken(start, "its VP8X is broken");
  seen.flags = { at: source.position, value };
}

/** Flags of chunks that were dropped, and of which none is left. */
function staleFlags({ kept, dropped }: Seen): number {
  const types = Object.keys(FLAGS).filter((type) => dropped.has(type) && !kept.has(type));
  return types.reduce((flags, type) => flags | (FLAGS[type] ?? 0), 0);
}

/** Drops what a frame holds besides its image. */
function* stripFrame(source: ByteCursor, frame: Chunk, seen: Seen, edits: EditList): Walk<void> {
  const end = frame.start + HEADER_BYTES + frame.size;
  const kept = new Set<string>();
  let size = frame.size;
  yield* source.skip(FRAME_HEADER_BYTES);
  for (;;) {
    const start = source.position;
    const chunk = yield* nextChunk(source, end);
    if (
      chunk !== undefined &&
      IMAGE_CHUNKS.has(chunk.type) &&
      !kept.has(chunk.type) &&
      !hasImage(kept)
    ) {
      kept.add(chunk.type);
      yield* source.skip(Math.min(chunk.end, frame.end) - source.position);
      continue;
    }
    const dropEnd = Math.min(chunk?.end ?? frame.end, frame.end);
    if (start < end) {
      yield* source.skip(dropEnd - source.position);
      edits.drop(start, source.position, "application-data");
      size -= Math.min(dropEnd, end) - start;
      seen.growth -= Math.min(dropEnd, frame.endInside) - start;
    }
    if (chunk === undefined) break;
  }
  if (!hasImage(kept)) throw broken(frame.start, "a frame has no image");
  edits.change(frame.start + 4, uint32(frame.size), uint32(size));
}

/** Under `location`: drops the places of a chunk, or all of it where they cannot be told. */
function* cleanChunk(source: ByteCursor, chunk: Chunk, seen: Seen, edits: EditList): Walk<void> {
  const { type, start, size } = chunk;
  if (type === "VP8X" && seen.flags === undefined) yield* readFlags(source, chunk, seen);
  else if (type === "EXIF") yield* cleanProfile(source, chunk, seen, edits, "location");
  else if (type === "XMP ") {
    const isShort = size <= source.limits.maxTagBytes;
    const packet = yield* source.take(isShort ? size : 0);
    source.charge(STEPS_PER_BYTE * packet.length);
    const cleaned = isShort ? placelessXmp(packet) : undefined;
    if (cleaned === undefined) yield* dropChunk(source, chunk, seen, edits, "xmp");
    else {
      seen.kept.add(type);
      edits.change(start + HEADER_BYTES, packet, cleaned, "xmp");
    }
  }
}

/** Cleans an EXIF profile; the first that gives the orientation of the picture keeps it. */
function* cleanProfile(
  source: ByteCursor,
  chunk: Chunk,
  seen: Seen,
  edits: EditList,
  privacy: Privacy,
): Walk<void> {
  const { start, size } = chunk;
  const isShort = size <= source.limits.maxTagBytes;
  const profile = yield* source.take(isShort ? size : MAX_EXIF_BYTES);
  source.charge(STEPS_PER_BYTE * profile.length);
  let orientation: number | undefined;
  if (seen.orientation === undefined && ((seen.flags?.value ?? 0) & EXIF) !== 0) {
    orientation = exifOrientation(profile.subarray(0, MAX_EXIF_BYTES));
    seen.orientation = orientation;
  }
  const { bytes, removed } = cleanExif(profile, isShort ? privacy : "all", orientation ?? 1);
  if (bytes.length === 0) {
    yield* dropChunk(source, chunk, seen, edits, ...removed);
    return;
  }
  seen.kept.add("EXIF");
  if (isShort && bytes === profile) return;
  yield* source.skip(chunk.end - source.position);
  if (bytes.length === size) {
    edits.change(start + HEADER_BYTES, profile, bytes, ...removed);
    return;
  }
  const padded = Buffer.concat([
    Buffer.from("EXIF"),
    uint32(bytes.length),
    bytes,
    Buffer.alloc(bytes.length % 2),
  ]);
  edits.replace(start, source.position, padded, ...removed);
  seen.growth += padded.length - (chunk.endInside - start);
}

function* dropChunk(
  source: ByteCursor,
  { type, start, end, endInside }: Chunk,
  seen: Seen,
  edits: EditList,
  ...removed: RemovedKind[]
): Walk<void> {
  seen.dropped.add(type);
  yield* source.skip(end - source.position);
  edits.drop(start, source.position, ...removed);
  seen.growth -= endInside - start;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function broken(at: number, what: string): InspectionError {
  return new InspectionError(
    "invalid_media",
    `The WebP cannot be stripped: near byte ${at}, ${what}.`,
  );
}
