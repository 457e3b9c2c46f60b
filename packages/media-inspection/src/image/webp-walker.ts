import { InspectionError } from "../errors.js";
import type { ByteCursor, Walk } from "../byte-cursor.js";
import type { ImageFacts } from "../media-facts.js";
import { exifOrientation, MAX_EXIF_BYTES } from "./exif-orientation.js";
import { checkCanvas, checkPages, imageFacts } from "./image-facts.js";
import { ALPHA, ANIMATION, EXIF, FRAME_HEADER_BYTES, VP8X_BYTES } from "./webp-chunks.js";

interface Picture {
  width: number;
  height: number;
  alpha: boolean;
}

/** A frame has its place and size, and an image in a chunk of its own. */
const MIN_FRAME_BYTES = FRAME_HEADER_BYTES + 8;
const PADDING_BYTES = 1;

/** WebP, from RFC 9649; the key frame header of `VP8 ` is RFC 6386, 9.1. */
export function* walkWebp(source: ByteCursor): Walk<ImageFacts> {
  let canvas: Picture | undefined;
  let picture: Picture | undefined;
  let animated = false;
  let hasExif = false;
  let hasAlphaChunk = false;
  let frames = 0;
  let orientation: number | undefined;
  const riff = yield* source.take(12);
  const end = 8 + riff.readUInt32LE(4);

  while (source.position + 8 <= end) {
    const header = yield* source.take(8);
    if (header.length < 8) break;
    const type = header.toString("latin1", 0, 4);
    const size = header.readUInt32LE(4);
    const bodyEnd = source.position + size + (size % 2);
    if (bodyEnd > end + PADDING_BYTES)
      throw cutShort(`a chunk at ${source.position}`, size, end - source.position);

    if (type === "VP8X" && canvas === undefined) {
      const body = yield* source.take(Math.min(size, VP8X_BYTES));
      if (size !== VP8X_BYTES || body.length < VP8X_BYTES) {
        throw new InspectionError(
          "invalid_media",
          `The WebP's VP8X chunk has ${size} bytes, not ${VP8X_BYTES}.`,
        );
      }
      const flags = body.readUInt8(0);
      canvas = {
        width: body.readUIntLE(4, 3) + 1,
        height: body.readUIntLE(7, 3) + 1,
        alpha: (flags & ALPHA) !== 0,
      };
      animated = (flags & ANIMATION) !== 0;
      hasExif = (flags & EXIF) !== 0;
      checkCanvas("webp", canvas, source.limits);
    } else if ((type === "VP8 " || type === "VP8L") && picture === undefined) {
      const body = yield* source.take(Math.min(size, 10));
      picture = type === "VP8 " ? readLossy(body) : readLossless(body);
      checkCanvas("webp", canvas ?? picture, source.limits);
      if (canvas === undefined) break;
    } else if (type === "ANMF" && animated && size >= MIN_FRAME_BYTES) {
      frames += 1;
      checkPages("webp", frames, source.limits);
    } else if (type === "ALPH") {
      hasAlphaChunk = true;
    } else if (type === "EXIF" && hasExif && orientation === undefined) {
      orientation = exifOrientation(yield* source.take(Math.min(size, MAX_EXIF_BYTES)));
    }
    yield* source.skip(bodyEnd - source.position);
  }

  yield* source.skip(end - source.position);
  if (source.position < end - PADDING_BYTES) throw cutShort("the file", end, source.position);
  const shown = canvas ?? picture;
  if (shown === undefined || (animated ? frames === 0 : picture === undefined)) {
    throw new InspectionError(
      "invalid_media",
      `The WebP holds no ${animated ? "frame of its animation" : "image data"} (VP8, VP8L or ANMF chunk).`,
    );
  }
  if (!animated && (picture?.width !== shown.width || picture.height !== shown.height)) {
    throw new InspectionError(
      "invalid_media",
      `The WebP's canvas is ${shown.width} × ${shown.height} pixels but its image is not.`,
    );
  }
  return imageFacts("webp", {
    width: shown.width,
    height: shown.height,
    orientation: orientation ?? 1,
    pages: animated ? frames : 1,
    hasAlpha: shown.alpha || (!animated && (hasAlphaChunk || picture?.alpha === true)),
  });
}

function cutShort(what: string, claimed: number, held: number): InspectionError {
  return new InspectionError(
    "invalid_media",
    `The WebP is cut short: ${what} claims ${claimed} bytes but holds ${held}.`,
  );
}

function readLossy(body: Buffer): Picture {
  const isKeyFrame = body.length >= 10 && (body.readUInt8(0) & 1) === 0;
  if (!isKeyFrame || body.readUIntBE(3, 3) !== 0x9d012a) {
    throw new InspectionError(
      "invalid_media",
      "The WebP's VP8 data does not begin with a key frame.",
    );
  }
  return {
    width: body.readUInt16LE(6) & 0x3fff,
    height: body.readUInt16LE(8) & 0x3fff,
    alpha: false,
  };
}

function readLossless(body: Buffer): Picture {
  if (body.length < 5 || body.readUInt8(0) !== 0x2f) {
    throw new InspectionError(
      "invalid_media",
      "The WebP's VP8L data does not begin with its signature 0x2f.",
    );
  }
  const bits = body.readUInt32LE(1);
  return {
    width: (bits & 0x3fff) + 1,
    height: ((bits >>> 14) & 0x3fff) + 1,
    alpha: ((bits >>> 28) & 1) === 1,
  };
}
