import { InspectionError } from "../errors.js";
import type { ByteCursor, Walk } from "../byte-cursor.js";

/** ISO/IEC 14496-12, 4.2. Offsets count from the start of the file. */
export interface Box {
  type: string;
  /** Offset of the box. */
  start: number;
  /** Offset behind the box; `Infinity` where it reaches to the end of the file. */
  end: number;
}

/** What to do with the body of a box; whatever it leaves unread is passed over. */
export type BoxHandler = (box: Box) => Walk<void> | undefined;

/** Walks the boxes from the cursor up to the offset `end`, a level at a time. */
export function* walkBoxes(source: ByteCursor, end: number, handle: BoxHandler): Walk<void> {
  while (source.position + 8 <= end) {
    const box = yield* readBox(source, end);
    if (box === undefined) return;
    const body = handle(box);
    if (body !== undefined) yield* body;
    // A fragmented file has many boxes: each call that is spared counts.
    if (source.position < box.end) yield* source.skip(box.end - source.position);
  }
}

/** Undefined where no box begins: at the end of the file, or at bytes that belong to none. */
function* readBox(source: ByteCursor, end: number): Walk<Box | undefined> {
  const start = source.position;
  const header = yield* source.take(8);
  if (header.length < 8) return undefined;
  const type = header.toString("latin1", 4);
  const size = header.readUInt32BE(0);
  if (size === 0) return { type, start, end };
  if (size === 1) {
    const large = yield* source.take(8);
    if (large.length < 8) return undefined;
    const bytes = Number(large.readBigUInt64BE(0));
    return bytes < 16 ? undefined : { type, start, end: Math.min(end, start + bytes) };
  }
  // Some writers end a list of boxes with a zero; anything below 8 is no box.
  return size < 8 ? undefined : { type, start, end: Math.min(end, start + size) };
}

/**
 * The rest of a small box.
 *
 * @throws InspectionError when it is longer than `maxBytes` or the file ends inside it.
 */
export function* boxBody(source: ByteCursor, box: Box, maxBytes: number): Walk<Buffer> {
  const size = box.end - source.position;
  if (size > maxBytes) {
    throw new InspectionError(
      "invalid_media",
      `The M4A's ${printable(box.type)} box has ${size} bytes; at most ${maxBytes} were expected.`,
    );
  }
  const body = yield* source.take(size);
  if (body.length < size) throw endsInside(box, source);
  return body;
}

/**
 * The first bytes of a box.
 *
 * @throws InspectionError when the box has fewer or the file ends inside it.
 */
export function boxHead(source: ByteCursor, box: Box, bytes: number): Walk<Buffer> {
  return boxFields(source, box, bytes, bytes);
}

/**
 * The first bytes of a box, up to `most`, in one call.
 *
 * @throws InspectionError when there are fewer than `least`.
 */
export function* boxFields(
  source: ByteCursor,
  box: Box,
  least: number,
  most: number,
): Walk<Buffer> {
  const size = Math.min(most, box.end - source.position);
  requireFields(box, size, least);
  const fields = yield* source.take(size);
  if (fields.length < least) throw endsInside(box, source);
  return fields;
}

/** @throws InspectionError when a box has fewer bytes of fields than it needs. */
export function requireFields(box: Box, bytes: number, needed: number): void {
  if (bytes >= needed) return;
  throw new InspectionError(
    "invalid_media",
    `The M4A's ${printable(box.type)} box is shorter than its ${needed} bytes of fields.`,
  );
}

/** The timescale of `mvhd` or `mdhd`, which begin alike: units per second. */
export function* readTimescale(source: ByteCursor, box: Box): Walk<number> {
  const version = (yield* source.peek(1))[0] ?? 0;
  const at = version === 1 ? 20 : 12;
  return (yield* boxHead(source, box, at + 4)).readUInt32BE(at);
}

function endsInside(box: Box, source: ByteCursor): InspectionError {
  return new InspectionError(
    "invalid_media",
    `The M4A ends at byte ${source.position}, inside its ${printable(box.type)} box.`,
  );
}

/** A box type as it can be shown. */
export function printable(type: string): string {
  return JSON.stringify(type.replace(/[^ -~]/g, "?"));
}
