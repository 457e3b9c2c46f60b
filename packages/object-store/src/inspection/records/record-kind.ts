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
  sizeAt(bytes: Uint8Array, at: number): number;
}

/** PNG 3rd edition, 5.3: length, type and checksum; the length takes 31 bits. */
const PNG_HEADER_BYTES = 8;
const PNG_CHECKSUM_BYTES = 4;
const MAX_PNG_LENGTH = 2 ** 31 - 1;
/** What `walkPng` asks for behind image data, or ends at. */
const TELLING_CHUNKS = new Set(
  ["IEND", "PLTE", "fcTL", "eXIf", "tEXt", "zTXt", "iTXt"].map((type) =>
    uint32At(Buffer.from(type), 0),
  ),
);

const PNG_CHUNK: RecordFormat = {
  headerBytes: PNG_HEADER_BYTES,
  sizeAt: (bytes, at) => {
    const length = uint32At(bytes, at);
    const isPassable = length <= MAX_PNG_LENGTH && isSilentType(bytes, at + 4);
    return isPassable ? PNG_HEADER_BYTES + length + PNG_CHECKSUM_BYTES : 0;
  },
};

export function recordFormat(kind: RecordKind): RecordFormat {
  if (kind.name === "png-chunk") return PNG_CHUNK;
  const { header: first } = kind;
  return {
    headerBytes: MPEG_HEADER_BYTES,
    sizeAt: (bytes, at) => {
      const header = uint32At(bytes, at);
      return sameStream(first, header) ? layer3FrameBytes(header) : 0;
    },
  };
}

function isSilentType(bytes: Uint8Array, at: number): boolean {
  for (let index = at; index < at + 4; index += 1) {
    const lowerCase = (bytes[index] ?? 0) | 0x20;
    if (lowerCase < 0x61 || lowerCase > 0x7a) return false;
  }
  return !TELLING_CHUNKS.has(uint32At(bytes, at));
}

function uint32At(bytes: Uint8Array, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}
