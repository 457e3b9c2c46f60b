import { InspectionError } from "../errors.js";
import type { ByteCursor, Walk } from "../byte-cursor.js";
import type { ImageFacts } from "../media-facts.js";
import { exifOrientation } from "./exif-orientation.js";
import { checkCanvas, imageFacts } from "./image-facts.js";
import { checkScan, type JpegFrame, readFrameHeader } from "./jpeg-headers.js";

/** ITU-T T.81, table B.1. */
const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const APP1 = 0xe1;
const TEM = 0x01;

/** How a segment with an EXIF profile begins; a byte of padding follows. */
const EXIF = Buffer.from("Exif\0", "latin1");
/** A file may hold any number of profiles: only the first few are looked at. */
const MAX_PROFILES = 4;

/** SOF0 to SOF15, without DHT (C4), JPG (C8) and DAC (CC), which share their range. */
function isFrameHeader(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}

/** SOI, TEM and RST0 to RST7 have no length and no body. */
function standsAlone(marker: number): boolean {
  return marker === TEM || (marker >= 0xd0 && marker <= SOI);
}

/**
 * JPEG, from ITU-T T.81 annex B: reads segments up to the first scan, behind which nothing can
 * change the facts. As libjpeg does, passes over fill bytes and stray bytes between segments.
 */
export function* walkJpeg(source: ByteCursor): Walk<ImageFacts> {
  let frame: JpegFrame | undefined;
  let orientation: number | undefined;
  let profiles = 0;
  yield* source.skip(2);

  for (;;) {
    const marker = yield* nextMarker(source);
    if (marker === undefined || marker === EOI) throw endedEarly(source, frame !== undefined);
    if (standsAlone(marker)) continue;
    if (marker === SOS) break;

    const length = yield* source.take(2);
    if (length.length < 2) throw endedEarly(source, frame !== undefined);
    const bodyLength = length.readUInt16BE(0) - 2;
    if (bodyLength < 0) continue;
    if (isFrameHeader(marker)) {
      const header = yield* readFrameHeader(source, bodyLength);
      checkCanvas("jpeg", header, source.limits);
      frame ??= header;
    } else if (
      marker === APP1 &&
      orientation === undefined &&
      profiles < MAX_PROFILES &&
      // APP1 holds XMP too.
      EXIF.equals(yield* source.peek(Math.min(bodyLength, EXIF.length)))
    ) {
      profiles += 1;
      const profile = yield* source.take(bodyLength);
      orientation = exifOrientation(profile.subarray(EXIF.length + 1));
    } else {
      yield* source.skip(bodyLength);
    }
  }

  if (frame === undefined) {
    throw new InspectionError(
      "invalid_media",
      "The JPEG has a scan before any frame header: no size is given.",
    );
  }
  yield* checkScan(source, frame);
  return imageFacts("jpeg", {
    width: frame.width,
    height: frame.height,
    orientation: orientation ?? 1,
    pages: 1,
    hasAlpha: false,
  });
}

function* nextMarker(source: ByteCursor): Walk<number | undefined> {
  const found = yield* source.seek(
    { byte: 0xff },
    2,
    (window, at) => (window[at + 1] === 0 ? 1 : 0),
    source.limits.maxJunkBytes,
  );
  if (!found && !source.atEnd) {
    throw new InspectionError(
      "invalid_media",
      `The JPEG has more than ${source.limits.maxJunkBytes} stray bytes where a segment should begin.`,
    );
  }
  return (yield* source.take(2))[1];
}

function endedEarly(source: ByteCursor, hasSize: boolean): InspectionError {
  const missing = hasSize ? "its first scan" : "its frame header, which gives the size";
  return new InspectionError(
    "invalid_media",
    `The JPEG ends at byte ${source.position}, before ${missing}.`,
  );
}
