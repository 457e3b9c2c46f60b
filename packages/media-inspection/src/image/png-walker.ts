import { crc32 } from "node:zlib";

import { InspectionError } from "../errors.js";
import type { ByteCursor, Walk } from "../byte-cursor.js";
import type { ImageFacts } from "../media-facts.js";
import { exifOrientation, MAX_EXIF_BYTES } from "./exif-orientation.js";
import { checkCanvas, checkPages, imageFacts } from "./image-facts.js";
import { MAX_CHUNK_BYTES, SILENT_CHUNKS } from "./png-chunk.js";
import {
  isRawProfile,
  isTextType,
  KEYWORD_BYTES,
  MAX_PROFILES,
  MAX_RAW_PROFILE_BYTES,
  rawExifProfile,
} from "./png-raw-profile.js";

const SIGNATURE_BYTES = 8;
const PALETTE = 3;
/** PNG 3rd edition, table 8: allowed bit depths per colour type. */
const BIT_DEPTHS: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

/**
 * PNG and APNG, from the W3C Recommendation "PNG, third edition". Frames are the `fcTL` chunks
 * that came, at most as many as `acTL` announces; a default image outside the animation is none.
 */
export function* walkPng(source: ByteCursor): Walk<ImageFacts> {
  yield* source.skip(SIGNATURE_BYTES);
  const header = yield* readHeader(source);
  checkCanvas("png", header, source.limits);

  let hasAlpha = header.colourType === 4 || header.colourType === 6;
  let hasData = false;
  let hasPalette = false;
  let announcedFrames = 0;
  let frames = 0;
  let hasExif = false;
  let exif: number | undefined;
  let profiles = 0;
  let rawExif: number | undefined;
  let complete = true;
  for (;;) {
    const chunk = yield* source.take(8);
    if (chunk.length < 8) {
      complete = false;
      break;
    }
    const length = chunk.readUInt32BE(0);
    const type = chunk.toString("latin1", 4);
    if (length > MAX_CHUNK_BYTES || !/^[A-Za-z]{4}$/.test(type) || type === "IEND") break;
    const end = source.position + length + 4;

    if (type === "IDAT") {
      if (header.colourType === PALETTE && !hasPalette) {
        throw new InspectionError(
          "invalid_media",
          "The PNG has image data before its palette (PLTE chunk).",
        );
      }
      hasData = true;
    } else if (type === "PLTE") {
      hasPalette = true;
    } else if (type === "tRNS") {
      hasAlpha ||= !hasData;
    } else if (type === "acTL" && !hasData && length === 8) {
      const body = yield* source.take(8);
      announcedFrames = body.length < 8 ? 0 : body.readUInt32BE(0);
    } else if (type === "fcTL") {
      frames += 1;
      checkPages("png", Math.min(frames, announcedFrames), source.limits);
    } else if (type === "eXIf" && !hasExif) {
      hasExif = true;
      exif = exifOrientation(yield* source.take(Math.min(length, MAX_EXIF_BYTES)));
    } else if (isTextType(type) && length <= MAX_RAW_PROFILE_BYTES && profiles < MAX_PROFILES) {
      const keyword = yield* source.peek(Math.min(length, KEYWORD_BYTES));
      if (isRawProfile(keyword)) {
        profiles += 1;
        rawExif ??= exifOrientation(rawExifProfile(type, yield* source.take(length)));
        yield* source.pause();
      }
    }
    yield* source.skip(end - source.position);
    if (type === "IDAT") yield* source.hop(SILENT_CHUNKS);
  }

  if (!hasData) {
    throw new InspectionError(
      "invalid_media",
      `The PNG holds no image data (IDAT chunk) in its ${source.position} bytes.`,
    );
  }
  return imageFacts("png", {
    width: header.width,
    height: header.height,
    orientation: exif ?? rawExif ?? 1,
    pages: Math.max(1, Math.min(frames, announcedFrames)),
    hasAlpha,
    complete,
  });
}

function* readHeader(
  source: ByteCursor,
): Walk<{ width: number; height: number; colourType: number }> {
  const chunk = yield* source.take(8 + 13 + 4);
  const type = chunk.toString("latin1", 4, 8);
  if (type !== "IHDR") {
    throw new InspectionError(
      "invalid_media",
      `The PNG must begin with an IHDR chunk; it begins with ${JSON.stringify(type)}.`,
    );
  }
  if (chunk.length < 25 || chunk.readUInt32BE(0) !== 13) {
    throw new InspectionError("invalid_media", "The PNG's IHDR chunk is not 13 bytes long.");
  }
  if (crc32(chunk.subarray(4, 21)) !== chunk.readUInt32BE(21)) {
    throw new InspectionError("invalid_media", "The PNG's IHDR chunk does not match its checksum.");
  }
  const bitDepth = chunk.readUInt8(16);
  const colourType = chunk.readUInt8(17);
  if (BIT_DEPTHS[colourType]?.includes(bitDepth) !== true) {
    throw new InspectionError(
      "invalid_media",
      `The PNG has colour type ${colourType} with ${bitDepth} bits, which does not exist.`,
    );
  }
  const [compression, filter, interlace] = chunk.subarray(18, 21);
  if (compression !== 0 || filter !== 0 || (interlace ?? 0) > 1) {
    throw new InspectionError(
      "invalid_media",
      `The PNG has compression ${compression}, filter ${filter}, interlace ${interlace}; 0, 0 and at most 1 were expected.`,
    );
  }
  return { width: chunk.readUInt32BE(8), height: chunk.readUInt32BE(12), colourType };
}
