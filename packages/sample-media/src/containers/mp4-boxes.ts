import { concat, latin1, latin1At, uint32be, viewOf } from "../bytes.js";

/** A box of an ISO base media file (ISO/IEC 14496-12, section 4.2). */
export interface Mp4Box {
  type: string;
  /** Byte offset of the box's first header byte. */
  start: number;
  /** Byte offset of the content behind the header. */
  contentStart: number;
  /** Byte offset behind the box. */
  end: number;
}

const CONTAINERS = new Set(["moov", "trak", "mdia"]);

/**
 * The boxes from `start` to `end`, each before the boxes inside it. Enters only what leads to the
 * headers of movie, track and media.
 *
 * @throws Error when a box is shorter than its header or longer than its surroundings
 */
export function* walkMp4Boxes(
  bytes: Uint8Array,
  start = 0,
  end = bytes.length,
): Generator<Mp4Box, void, undefined> {
  const view = viewOf(bytes);
  for (let offset = start; offset < end;) {
    if (offset + 8 > end) throw new Error(`A box header is cut at byte ${offset}.`);
    let size = view.getUint32(offset);
    let headerSize = 8;
    if (size === 1) {
      if (offset + 16 > end) throw new Error(`A box header is cut at byte ${offset}.`);
      size = Number(view.getBigUint64(offset + 8));
      headerSize = 16;
    } else if (size === 0) {
      size = end - offset;
    }
    const box = {
      type: latin1At(bytes, offset + 4, 4),
      start: offset,
      contentStart: offset + headerSize,
      end: offset + size,
    };
    if (size < headerSize || box.end > end) {
      throw new Error(`The size of box "${box.type}" at byte ${offset} is wrong.`);
    }
    yield box;
    if (CONTAINERS.has(box.type)) yield* walkMp4Boxes(bytes, box.contentStart, box.end);
    offset = box.end;
  }
}

/** One box around the given content. */
export function mp4Box(type: string, ...content: Uint8Array[]): Uint8Array {
  const size = content.reduce((total, part) => total + part.length, 8);
  return concat([uint32be(size), latin1(type), ...content]);
}
