import { InspectionError } from "../errors.js";
import type { ByteCursor, Walk } from "../byte-cursor.js";
import type { ImageFacts } from "../media-facts.js";
import { exifOrientation } from "./exif-orientation.js";
import { checkCanvas, imageFacts } from "./image-facts.js";
import { type JpegFrame, readFrameHeader, readScanHeader } from "./jpeg-headers.js";
import { APP1, DHT, DRI, EOI, isFrameHeader, SOS, standsAlone } from "./jpeg-markers.js";
import { isComplete, type JpegTables, readTables } from "./jpeg-scans.js";

/** How a segment with an EXIF profile begins; a byte of padding follows. */
const EXIF = Buffer.from("Exif\0", "latin1");
/** A file may hold any number of profiles: only the first few are looked at. */
export const MAX_PROFILES = 4;

/**
 * JPEG, from ITU-T T.81 annex B: reads segments up to the first scan, behind which only the
 * end of the picture is sought. As libjpeg does, passes over fill bytes and stray bytes between segments.
 */
export function* walkJpeg(source: ByteCursor): Walk<ImageFacts> {
  let frame: JpegFrame | undefined;
  let orientation: number | undefined;
  let profiles = 0;
  const tables: JpegTables = { huffman: new Map(), restartInterval: 0 };
  yield* source.skip(2);

  for (;;) {
    const marker = yield* nextMarker(source);
    if (marker === undefined || marker === EOI) throw endedEarly(source, frame !== undefined);
    if (standsAlone(marker)) continue;
    if (marker === SOS) break;
    if (marker === DHT || marker === DRI) {
      yield* readTables(source, marker, tables);
      continue;
    }

    const length = yield* source.take(2);
    if (length.length < 2) throw endedEarly(source, frame !== undefined);
    const bodyLength = length.readUInt16BE(0) - 2;
    if (bodyLength < 0) continue;
    if (isFrameHeader(marker)) {
      const header = yield* readFrameHeader(source, marker, bodyLength);
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
  const scan = yield* readScanHeader(source, frame);
  return imageFacts("jpeg", {
    width: frame.width,
    height: frame.height,
    orientation: orientation ?? 1,
    pages: 1,
    hasAlpha: false,
    complete: yield* isComplete(source, frame, tables, scan),
  });
}

function* nextMarker(source: ByteCursor): Walk<number | undefined> {
  yield* source.seek({ byte: 0xff }, 2, (window, at) => (window[at + 1] === 0 ? 1 : 0));
  return (yield* source.take(2))[1];
}

function endedEarly(source: ByteCursor, hasSize: boolean): InspectionError {
  const missing = hasSize ? "its first scan" : "its frame header, which gives the size";
  return new InspectionError(
    "invalid_media",
    `The JPEG ends at byte ${source.position}, before ${missing}.`,
  );
}
