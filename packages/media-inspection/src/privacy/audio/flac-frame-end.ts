import { flacFrameHeader } from "../../audio/flac-frame.js";

/** RFC 9639, table 18; 0 stands for what STREAMINFO says. */
const SAMPLE_BITS: readonly number[] = [0, 8, 12, 0, 16, 20, 24, 32];
const LEFT_SIDE = 8;
const SIDE_RIGHT = 9;
const MID_SIDE = 10;
const FIRST_LPC = 32;
const FOOTER_BYTES = 2;

/** RFC 9639, 9.3: polynomial x^16 + x^15 + x^2 + x^0. */
const CRC16 = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit += 1) crc = (crc << 1) ^ (crc & 0x8000 ? 0x18005 : 0);
  return crc;
});

/**
 * The length of the frame with which these bytes begin (RFC 9639, 9), read subframe by subframe, as nothing
 * tells it. Undefined where the bytes end inside it, or its checksum fails.
 *
 * @param sampleBits as STREAMINFO gives them
 */
export function flacFrameBytes(bytes: Buffer, sampleBits: number): number | undefined {
  const header = flacFrameHeader(bytes, 0);
  if (header === undefined) return undefined;
  const channelCode = bytes.readUInt8(3) >>> 4;
  const bits = new BitCursor(bytes, 8 * header.bytes);
  const depth = SAMPLE_BITS[(bytes.readUInt8(3) >>> 1) & 7] || sampleBits;
  const channels = channelCode < LEFT_SIDE ? channelCode + 1 : 2;
  for (let channel = 0; channel < channels; channel += 1) {
    const isSide =
      channel === 0 ? channelCode === SIDE_RIGHT : [LEFT_SIDE, MID_SIDE].includes(channelCode);
    if (!passSubframe(bits, depth + (isSide ? 1 : 0), header.blockSize)) return undefined;
  }
  const end = Math.ceil(bits.at / 8) + FOOTER_BYTES;
  return end <= bytes.length && crc16(bytes, end) === 0 ? end : undefined;
}

/** RFC 9639, 9.2. False where it is broken or the bytes end inside it. */
function passSubframe(bits: BitCursor, frameDepth: number, blockSize: number): boolean {
  if (bits.read(1) !== 0) return false;
  const type = bits.read(6);
  const depth = frameDepth - (bits.read(1) === 1 ? 1 + bits.zeros() : 0);
  if (depth <= 0) return false;
  if (type === 0) bits.at += depth;
  else if (type === 1) bits.at += depth * blockSize;
  else if (type >= 8 && type <= 12) return passPredicted(bits, type - 8, depth, blockSize);
  else if (type >= FIRST_LPC) {
    const order = type - FIRST_LPC + 1;
    bits.at += depth * order;
    const precision = bits.read(4) + 1;
    bits.at += 5 + precision * order;
    return passResidual(bits, order, blockSize);
  } else return false;
  return !bits.isOverrun;
}

function passPredicted(bits: BitCursor, order: number, depth: number, blockSize: number): boolean {
  bits.at += depth * order;
  return passResidual(bits, order, blockSize);
}

/** RFC 9639, 9.2.7. */
function passResidual(bits: BitCursor, order: number, blockSize: number): boolean {
  const method = bits.read(2);
  if (method > 1) return false;
  const parameterBits = method === 0 ? 4 : 5;
  const escape = 2 ** parameterBits - 1;
  const partitions = 2 ** bits.read(4);
  for (let partition = 0; partition < partitions; partition += 1) {
    const samples = blockSize / partitions - (partition === 0 ? order : 0);
    const parameter = bits.read(parameterBits);
    if (!Number.isInteger(samples) || samples < 0) return false;
    if (parameter === escape) bits.at += bits.read(5) * samples;
    else {
      for (let sample = 0; sample < samples; sample += 1) {
        bits.zeros();
        bits.at += parameter;
        if (bits.isOverrun) return false;
      }
    }
  }
  return !bits.isOverrun;
}

function crc16(bytes: Buffer, end: number): number {
  let crc = 0;
  for (let at = 0; at < end; at += 1) {
    crc = ((crc << 8) & 0xffff) ^ (CRC16[(crc >>> 8) ^ (bytes[at] ?? 0)] ?? 0);
  }
  return crc;
}

/** Reads bits from the most significant on; behind the end it reads ones and says so. */
class BitCursor {
  constructor(
    private readonly bytes: Buffer,
    public at: number,
  ) {}

  get isOverrun(): boolean {
    return this.at > 8 * this.bytes.length;
  }

  read(count: number): number {
    let value = 0;
    for (let index = 0; index < count; index += 1) value = 2 * value + this.#bit();
    return value;
  }

  /** Passes zeros and the one behind them; returns how many zeros. */
  zeros(): number {
    const start = this.at;
    while (this.#bit() === 0);
    return this.at - start - 1;
  }

  #bit(): number {
    const byte = this.bytes[this.at >>> 3] ?? 0xff;
    const bit = (byte >>> (7 - (this.at & 7))) & 1;
    this.at += 1;
    return bit;
  }
}
