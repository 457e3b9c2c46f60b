import { layer3FrameBytes, MPEG_HEADER_BYTES, sameStream } from "../audio/mpeg-frame.js";

/** Records that lie one behind the other, each of which tells its own length. */
export type RecordKind =
  /** Layer III frames of the stream to which this frame header belongs. */
  | { name: "mpeg-frame"; header: number }
  /** Chunks of a PNG that tell nothing behind its first IDAT chunk, as the others of those. */
  | { name: "png-chunk" };

/** How records of one kind are told from other bytes. */
export interface RecordFormat {
  /** Bytes that tell whether a record begins, and how long it is. */
  headerBytes: number;
  /** Bytes of the record whose header stands there, which are never fewer; 0 where there is none. */
  sizeAt(bytes: DataView, at: number): number;
}

/** PNG 3rd edition, 5.3: length, type and checksum; the length takes 31 bits. */
const PNG_HEADER_BYTES = 8;
const PNG_CHECKSUM_BYTES = 4;
const MAX_PNG_LENGTH = 2 ** 31 - 1;
const IDAT = chunkType("IDAT");
/** What `walkPng` asks for behind image data, or ends at. */
const TELLING_CHUNKS = new Set(
  ["IEND", "PLTE", "fcTL", "eXIf", "tEXt", "zTXt", "iTXt"].map(chunkType),
);

const PNG_CHUNK: RecordFormat = {
  headerBytes: PNG_HEADER_BYTES,
  sizeAt: (bytes, at) => {
    const length = bytes.getUint32(at);
    const isPassable = length <= MAX_PNG_LENGTH && isSilent(bytes.getUint32(at + 4));
    return isPassable ? PNG_HEADER_BYTES + length + PNG_CHECKSUM_BYTES : 0;
  },
};

/** The bytes as formats read them: loops over headers are fastest so. */
export function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

export function recordFormat(kind: RecordKind): RecordFormat {
  if (kind.name === "png-chunk") return PNG_CHUNK;
  const { header: first } = kind;
  return {
    headerBytes: MPEG_HEADER_BYTES,
    sizeAt: (bytes, at) => {
      const header = bytes.getUint32(at);
      return sameStream(first, header) ? layer3FrameBytes(header) : 0;
    },
  };
}

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
