import { crc32 } from "node:zlib";

import type { ByteCursor, Walk } from "../byte-cursor.js";
import { InspectionError } from "../errors.js";
import { exifOrientation, MAX_EXIF_BYTES, orientationProfile } from "../image/exif-orientation.js";
import { MAX_CHUNK_BYTES } from "../image/png-chunk.js";
import {
  isRawProfile,
  isTextType,
  MAX_PROFILES,
  MAX_RAW_PROFILE_BYTES,
  rawExifProfile,
} from "../image/png-raw-profile.js";
import type { EditList } from "./edit-list.js";
import type { Privacy, RemovedKind } from "./edit-plan.js";
import { cleanExif, exifContents } from "./exif-profile.js";
import { placelessExif } from "./exif-places.js";
import { isPlace, placelessXmp } from "./xmp-places.js";

const SIGNATURE_BYTES = 8;
const IHDR_BYTES = 13;
/** Length and type, and the checksum behind a chunk's data. */
const HEADER_BYTES = 8;
const CHECKSUM_BYTES = 4;
/** A keyword of a text has 79 bytes and a zero at most (PNG third edition, 11.3.3.1). */
const KEYWORD_BYTES = 80;
const XMP = "XML:com.adobe.xmp";
const RAW_PROFILE = "Raw profile type ";
/** Steps for a byte in which places are sought. */
const STEPS_PER_BYTE = 4;
const STEPS_PER_SUMMED_BYTE = 1 / 32;

/** Chunks before the image data that stay, once each, by the bytes that they may have. */
const KEPT_BEFORE_DATA: Readonly<Record<string, (length: number) => boolean>> = {
  acTL: (length) => length === 8,
  bKGD: (length) => length <= 6,
  cHRM: (length) => length === 32,
  cICP: (length) => length === 4,
  cLLI: (length) => length === 8,
  gAMA: (length) => length === 4,
  iCCP: () => true,
  mDCV: (length) => length === 24,
  pHYs: (length) => length === 9,
  sBIT: (length) => length <= 4,
  sRGB: (length) => length === 1,
  tRNS: (length) => length <= 256,
};

interface Chunk {
  type: string;
  start: number;
  /** Bytes of its data. */
  length: number;
}

/** What was seen of a file so far. */
interface Seen {
  kept: Set<string>;
  /** Whether frames came that no animation announces. */
  hasStrayFrames: boolean;
  /** Of the image data, which is one row of chunks. */
  data: "before" | "inside" | "behind";
  exif: Profile | undefined;
  rawExif: Profile | undefined;
  rawProfiles: number;
}

interface Profile {
  orientation: number | undefined;
  /** Whether it stays where it is, and so gives the orientation. */
  isKept: boolean;
}

/**
 * Names what is removed from a PNG. Under `all` only chunks are left that decoders need, which are known by
 * their type, length and place. What follows IEND is dropped under `location` too, since it may hold places.
 *
 * @throws InspectionError under `all` where decoders may disagree on what belongs to the picture
 */
export function* planPng(source: ByteCursor, edits: EditList, privacy: Privacy): Walk<void> {
  const seen: Seen = {
    kept: new Set(),
    hasStrayFrames: false,
    data: "before",
    exif: undefined,
    rawExif: undefined,
    rawProfiles: 0,
  };
  const behindHeader = SIGNATURE_BYTES + HEADER_BYTES + IHDR_BYTES + CHECKSUM_BYTES;
  yield* source.skip(behindHeader);
  for (;;) {
    const start = source.position;
    const header = yield* source.take(HEADER_BYTES);
    const length = header.length < HEADER_BYTES ? 0 : header.readUInt32BE(0);
    const type = header.toString("latin1", 4);
    if (header.length < HEADER_BYTES) {
      if (privacy === "all") throw broken(start, "it ends without an IEND chunk");
      break;
    }
    if (length > MAX_CHUNK_BYTES || !/^[A-Za-z]{4}$/.test(type)) {
      if (privacy === "all") throw broken(start, "what stands in the place of a chunk is none");
      yield* source.skip(Infinity);
      break;
    }
    const chunk = { type, start, length };
    if (type === "IEND") {
      yield* endPicture(source, chunk, edits);
      break;
    }
    if (type !== "IDAT" && seen.data === "inside") seen.data = "behind";
    if (privacy === "all") yield* stripChunk(source, chunk, seen, edits);
    else yield* cleanChunk(source, chunk, seen, edits);
    yield* source.skip(start + HEADER_BYTES + length + CHECKSUM_BYTES - source.position);
  }

  const giver = seen.exif?.orientation === undefined ? seen.rawExif : seen.exif;
  const orientation = giver?.orientation ?? 1;
  if (giver?.isKept === false && orientation !== 1) {
    edits.replace(behindHeader, behindHeader, chunkOf("eXIf", orientationProfile(orientation)));
  }
}

/** Ends the file with an IEND that has no data. */
function* endPicture(source: ByteCursor, { start, length }: Chunk, edits: EditList): Walk<void> {
  yield* source.skip(length + CHECKSUM_BYTES);
  if (length > 0) {
    edits.replace(start, source.position, chunkOf("IEND", Buffer.alloc(0)), "trailer");
  }
  const end = source.position;
  yield* source.skip(Infinity);
  edits.drop(end, source.position, "trailer");
}

/** Under `all`: passes over a chunk that decoders need, and drops others. */
function* stripChunk(source: ByteCursor, chunk: Chunk, seen: Seen, edits: EditList): Walk<void> {
  const { type, start, length } = chunk;
  if (type === "IDAT") {
    if (seen.data === "behind") throw broken(start, "image data follows other chunks");
    seen.data = "inside";
    yield* passKept(source, chunk);
    return;
  }
  if (type === "PLTE" && seen.data === "before" && !seen.kept.has(type)) {
    if (length > 768) throw broken(start, "its palette has more than 256 colours");
    seen.kept.add(type);
    yield* passKept(source, chunk);
    return;
  }
  if (type === "fcTL" || type === "fdAT") {
    if (seen.kept.has("acTL")) {
      if (type === "fcTL" && length !== 26) throw broken(start, "a frame's header is broken");
      yield* passKept(source, chunk);
      return;
    }
    seen.hasStrayFrames = true;
  }
  const fits = KEPT_BEFORE_DATA[type]?.(length);
  if (fits !== undefined && seen.data === "before") {
    const isFirst = !seen.kept.has(type);
    if (type === "acTL" && fits && (!isFirst || seen.hasStrayFrames)) {
      throw broken(start, "an animation begins again");
    }
    if (type === "tRNS" && !fits) throw broken(start, "its transparency is broken");
    if (fits && isFirst) {
      seen.kept.add(type);
      yield* passKept(source, chunk);
      return;
    }
  }
  if (type === "eXIf") {
    yield* cleanExifChunk(source, chunk, seen, edits, "all");
    return;
  }
  const isCritical = /^[A-Z]/.test(type);
  if (isCritical && type !== "PLTE") throw broken(start, `no decoder knows its chunk ${type}`);
  const removed = isTextType(type) ? yield* readText(source, chunk, seen) : [contentOf(type)];
  yield* source.skip(start + HEADER_BYTES + length + CHECKSUM_BYTES - source.position);
  edits.drop(start, source.position, ...removed);
}

/** Skips a chunk that stays, and refuses a wrong checksum: with a wrong length it could hide other chunks. */
function* passKept(source: ByteCursor, { type, start, length }: Chunk): Walk<void> {
  let sum = crc32(Buffer.from(type));
  yield* source.fold(
    length,
    1,
    (run) => {
      sum = crc32(run, sum);
    },
    STEPS_PER_SUMMED_BYTE,
  );
  const checksum = yield* source.take(CHECKSUM_BYTES);
  if (checksum.length < CHECKSUM_BYTES || checksum.readUInt32BE(0) !== sum) {
    throw broken(start, "a chunk is cut short or does not match its checksum");
  }
}

function contentOf(type: string): RemovedKind {
  return type === "tIME" ? "timestamp" : "application-data";
}

/** What a text that is dropped holds; takes the orientation from it. */
function* readText(source: ByteCursor, chunk: Chunk, seen: Seen): Walk<readonly RemovedKind[]> {
  const keyword = yield* keywordOf(source, chunk);
  if (keyword === XMP) return ["xmp"];
  const profile = yield* readRawExif(source, chunk, seen);
  if (profile !== undefined) return exifContents(profile);
  if (!keyword.startsWith(RAW_PROFILE)) return ["text"];
  const name = keyword.slice(RAW_PROFILE.length);
  return [name === "xmp" ? "xmp" : name === "iptc" || name === "8bim" ? "iptc" : "text"];
}

function* keywordOf(source: ByteCursor, { length }: Chunk): Walk<string> {
  const head = yield* source.peek(Math.min(length, KEYWORD_BYTES));
  return head.toString("latin1", 0, Math.max(0, head.indexOf(0)));
}

/** The EXIF profile in a text; undefined where it is another text. */
function* readRawExif(
  source: ByteCursor,
  { type, length }: Chunk,
  seen: Seen,
): Walk<Buffer | undefined> {
  const isRead = length <= MAX_RAW_PROFILE_BYTES && seen.rawProfiles < MAX_PROFILES;
  if (!isRead || !isTextType(type)) return undefined;
  if (!isRawProfile(yield* source.peek(Math.min(length, KEYWORD_BYTES)))) return undefined;
  seen.rawProfiles += 1;
  const profile = rawExifProfile(type, yield* source.take(length));
  yield* source.pause();
  const orientation = exifOrientation(profile);
  if (seen.rawExif?.orientation === undefined) seen.rawExif = { orientation, isKept: false };
  return profile;
}

/** Under `location`: drops the places of a chunk, or all of it where they cannot be told. */
function* cleanChunk(source: ByteCursor, chunk: Chunk, seen: Seen, edits: EditList): Walk<void> {
  const { type, start, length } = chunk;
  if (type === "eXIf") {
    yield* cleanExifChunk(source, chunk, seen, edits, "location");
    return;
  }
  if (!isTextType(type)) return;
  const keyword = yield* keywordOf(source, chunk);
  let removed: readonly RemovedKind[];
  if (keyword === XMP) {
    if (yield* blankXmp(source, chunk, edits)) return;
    removed = ["xmp"];
  } else if (keyword.startsWith(RAW_PROFILE) && !/icc|icm/.test(keyword)) {
    const giver = seen.rawExif;
    const profile = yield* readRawExif(source, chunk, seen);
    if (profile !== undefined && placelessExif(profile) === profile) {
      if (seen.rawExif !== undefined && seen.rawExif !== giver) seen.rawExif.isKept = true;
      return;
    }
    removed =
      profile === undefined ? [/iptc|8bim/.test(keyword) ? "iptc" : "xmp"] : exifContents(profile);
  } else if (isPlace(keyword)) {
    removed = ["gps"];
  } else {
    return;
  }
  yield* source.skip(start + HEADER_BYTES + length + CHECKSUM_BYTES - source.position);
  edits.drop(start, source.position, ...removed);
}

/** False where its places cannot be told: it is compressed, too long or not well-formed. */
function* blankXmp(
  source: ByteCursor,
  { type, start, length }: Chunk,
  edits: EditList,
): Walk<boolean> {
  if (type === "zTXt" || length > source.limits.maxTagBytes) return false;
  const body = yield* source.take(length);
  const checksum = yield* source.take(CHECKSUM_BYTES);
  source.charge(STEPS_PER_BYTE * length);
  if (type === "iTXt" && body[XMP.length + 1] !== 0) return false;
  const packetAt = body.indexOf("<");
  const packet = placelessXmp(body.subarray(Math.max(0, packetAt)));
  if (packetAt < 0 || packet === undefined) return false;
  const cleaned = Buffer.concat([body.subarray(0, packetAt), packet]);
  if (cleaned.equals(body)) return true;
  const before = Buffer.concat([body, checksum]);
  edits.change(start + HEADER_BYTES, before, chunkOf(type, cleaned).subarray(HEADER_BYTES), "xmp");
  return true;
}

function* cleanExifChunk(
  source: ByteCursor,
  { start, length }: Chunk,
  seen: Seen,
  edits: EditList,
  privacy: Privacy,
): Walk<void> {
  const isFirst = seen.exif === undefined;
  const isShort = length <= source.limits.maxTagBytes;
  const profile = yield* source.take(isShort ? length : MAX_EXIF_BYTES);
  const orientation = exifOrientation(profile.subarray(0, MAX_EXIF_BYTES));
  const isGiver = isFirst && orientation !== undefined;
  source.charge(STEPS_PER_BYTE * profile.length);
  const checksum = yield* source.take(isShort ? CHECKSUM_BYTES : 0);
  const cleaned = cleanExif(profile, isShort ? privacy : "all", isGiver ? orientation : 1);
  const isKept = isShort && cleaned.bytes.length > 0;
  if (isFirst) seen.exif = { orientation, isKept };
  if (isShort && cleaned.bytes === profile) return;
  yield* source.skip(start + HEADER_BYTES + length + CHECKSUM_BYTES - source.position);
  if (!isKept) {
    edits.drop(start, source.position, ...cleaned.removed);
    return;
  }
  const before = Buffer.concat([chunkOf("eXIf", profile).subarray(0, -CHECKSUM_BYTES), checksum]);
  edits.change(start, before, chunkOf("eXIf", cleaned.bytes), ...cleaned.removed);
}

function chunkOf(type: string, body: Uint8Array): Buffer {
  const chunk = Buffer.alloc(HEADER_BYTES + body.length + CHECKSUM_BYTES);
  chunk.writeUInt32BE(body.length, 0);
  chunk.write(type, 4, "latin1");
  chunk.set(body, HEADER_BYTES);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, -CHECKSUM_BYTES)), HEADER_BYTES + body.length);
  return chunk;
}

function broken(at: number, what: string): InspectionError {
  return new InspectionError(
    "invalid_media",
    `The PNG cannot be stripped: near byte ${at}, ${what}.`,
  );
}
