import type { RecordFormat } from "../byte-cursor.js";

/** PNG 3rd edition, 5.3: a length takes 31 bits. */
export const MAX_CHUNK_BYTES = 2 ** 31 - 1;
/** Length and type. */
const HEADER_BYTES = 8;
const CHECKSUM_BYTES = 4;
const IDAT = chunkType("IDAT");
/** What `walkPng` asks for behind image data, or ends at. */
const TELLING_CHUNKS = new Set(
  ["IEND", "PLTE", "fcTL", "eXIf", "tEXt", "zTXt", "iTXt"].map(chunkType),
);

/** Chunks that `walkPng` passes over behind image data. */
export const SILENT_CHUNKS: RecordFormat = {
  headerBytes: HEADER_BYTES,
  sizeAt: (bytes, at) => {
    const length = bytes.getUint32(at);
    const isPassable = length <= MAX_CHUNK_BYTES && isSilent(bytes.getUint32(at + 4));
    return isPassable ? HEADER_BYTES + length + CHECKSUM_BYTES : 0;
  },
};

function isSilent(type: number): boolean {
  if (type === IDAT) return true;
  return (
    isLetter(type >>> 24) &&
    isLetter((type >>> 16) & 0xff) &&
    isLetter((type >>> 8) & 0xff) &&
    isLetter(type & 0xff) &&
    !TELLING_CHUNKS.has(type)
  );
}

function isLetter(byte: number): boolean {
  const lowerCase = byte | 0x20;
  return lowerCase >= 0x61 && lowerCase <= 0x7a;
}

function chunkType(name: string): number {
  return Buffer.from(name).readUInt32BE(0);
}
