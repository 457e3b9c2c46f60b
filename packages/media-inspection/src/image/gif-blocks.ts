import type { RecordFormat } from "../byte-cursor.js";

/** GIF89a, appendix A. */
export const EXTENSION = 0x21;
export const IMAGE = 0x2c;
export const GRAPHIC_CONTROL = 0xf9;
const HAS_COLOUR_TABLE = 0x80;

/** Bytes of a colour table that the packed field of a descriptor announces. */
export function colourTableSize(packed: number): number {
  return packed & HAS_COLOUR_TABLE ? 3 * 2 ** ((packed & 7) + 1) : 0;
}

/** Blocks that begin with the number of their other bytes; an empty one ends them. */
export const SUB_BLOCKS: RecordFormat = {
  headerBytes: 1,
  sizeAt: (bytes, at) => {
    const size = bytes.getUint8(at);
    return size === 0 ? 0 : 1 + size;
  },
};
