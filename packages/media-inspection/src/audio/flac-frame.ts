/** The longest header: 4 bytes, a coded number of 7, block size 2, sample rate 2, CRC-8. */
export const MAX_FLAC_HEADER_BYTES = 16;

export interface FlacFrameHeader {
  /** Number of the frame, or of its first sample where the block size varies. */
  number: number;
  /** Sample frames in it. */
  blockSize: number;
  /** Of the header itself. */
  bytes: number;
}

/** RFC 9639, 9.1.8: polynomial x^8 + x^2 + x^1 + x^0. */
const CRC8 = Uint8Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = (crc << 1) ^ (crc & 0x80 ? 0x107 : 0);
  return crc;
});

/** Reads the frame header at `at`; undefined where there is none, or its checksum fails. */
export function flacFrameHeader(bytes: Buffer, at: number): FlacFrameHeader | undefined {
  if (at + 6 > bytes.length) return undefined;
  const sizeCode = bytes.readUInt8(at + 2) >>> 4;
  const rateCode = bytes.readUInt8(at + 2) & 0x0f;
  const channelCode = bytes.readUInt8(at + 3) >>> 4;
  if (sizeCode === 0 || rateCode === 15 || channelCode > 10 || bytes.readUInt8(at + 3) & 1) {
    return undefined;
  }
  const coded = codedNumber(bytes, at + 4);
  if (coded === undefined) return undefined;
  const afterNumber = at + 4 + coded.length;
  const sizeBytes = sizeCode === 6 ? 1 : sizeCode === 7 ? 2 : 0;
  const rateBytes = rateCode === 12 ? 1 : rateCode > 12 ? 2 : 0;
  const end = afterNumber + sizeBytes + rateBytes;
  if (end >= bytes.length || crc8(bytes, at, end) !== bytes[end]) return undefined;
  const blockSize =
    sizeBytes > 0 ? bytes.readUIntBE(afterNumber, sizeBytes) + 1 : fixedBlockSize(sizeCode);
  return { number: coded.value, blockSize, bytes: end + 1 - at };
}

/** RFC 9639, table 14. */
function fixedBlockSize(code: number): number {
  if (code === 1) return 192;
  return code <= 5 ? 144 * 2 ** code : 2 ** code;
}

/** RFC 9639, 9.1.5: up to 36 bits, coded as UTF-8 would. */
function codedNumber(bytes: Buffer, at: number): { value: number; length: number } | undefined {
  const first = bytes[at] ?? 0xff;
  const length = first < 0x80 ? 1 : Math.clz32(~(first << 24));
  if (length > 7 || (first >= 0x80 && length < 2) || at + length > bytes.length) return undefined;
  let value = length === 1 ? first : first & (0x7f >>> length);
  for (let index = 1; index < length; index += 1) {
    const byte = bytes.readUInt8(at + index);
    if ((byte & 0xc0) !== 0x80) return undefined;
    value = value * 64 + (byte & 0x3f);
  }
  return { value, length };
}

function crc8(bytes: Buffer, from: number, to: number): number {
  let crc = 0;
  for (let at = from; at < to; at += 1) crc = CRC8[crc ^ bytes.readUInt8(at)] ?? 0;
  return crc;
}
