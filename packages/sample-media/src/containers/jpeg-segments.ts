import { concat, viewOf } from "../bytes.js";

/** The longest payload of a segment: its 16-bit length counts itself. */
const MAX_PAYLOAD = 65_533;

export const JPEG_MARKERS = { startOfScan: 0xda, comment: 0xfe } as const;

/** A marker segment of a JPEG file (ITU-T T.81, B.1.1). */
export interface JpegSegment {
  /** The marker's second byte. */
  marker: number;
  /** Byte offset of the marker's 0xff. */
  start: number;
  /** Byte offset behind the segment; behind a scan's header, before its coded data. */
  end: number;
}

/** Whether the marker opens a frame: SOF0 to SOF15 without DHT, JPG and DAC. */
export function isFrameHeader(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}

/** Byte offset of the next marker that is neither a stuffed byte nor a restart. */
function skipCodedData(bytes: Uint8Array, start: number): number {
  let offset = start;
  for (;;) {
    offset = bytes.indexOf(0xff, offset);
    const next = bytes[offset + 1];
    if (offset < 0 || next === undefined) throw new Error("The JPEG file ends inside a scan.");
    if (next !== 0 && (next < 0xd0 || next > 0xd7)) return offset;
    offset += 2;
  }
}

/**
 * The segments between the start and the end of the image.
 *
 * @throws Error when the file is cut
 */
export function* walkJpegSegments(bytes: Uint8Array): Generator<JpegSegment, void, undefined> {
  const view = viewOf(bytes);
  for (let offset = 2; ;) {
    const marker = view.getUint8(offset + 1);
    if (view.getUint8(offset) !== 0xff) throw new Error(`No JPEG marker at byte ${offset}.`);
    if (marker === 0xd9) return;
    const end = offset + 2 + view.getUint16(offset + 2);
    yield { marker, start: offset, end };
    offset = marker === JPEG_MARKERS.startOfScan ? skipCodedData(bytes, end) : end;
  }
}

/**
 * One segment with the payload behind its marker and length.
 *
 * @throws RangeError when the payload is longer than 65,533 bytes
 */
export function jpegSegment(marker: number, payload: Uint8Array): Uint8Array {
  if (payload.length > MAX_PAYLOAD) throw new RangeError("The payload of a segment is too long.");
  const length = payload.length + 2;
  return concat([Uint8Array.of(0xff, marker, length >>> 8, length), payload]);
}
