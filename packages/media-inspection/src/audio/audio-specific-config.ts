/** ISO/IEC 14496-3, 1.6.2.1. */
export interface AacConfig {
  sampleRate: number;
  /** 0 where a program config element gives them and could not be read. */
  channels: number;
  /** At `sampleRate`, per access unit; at most so many where the object type is an exotic one. */
  framesPerSample: number;
  /** MPEG-4 ALS, which is no AAC. */
  lossless: boolean;
}

const RATES = [
  96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000,
  7_350,
];
/** ISO/IEC 14496-3, table 1.19: channels per channelConfiguration. */
const CHANNELS: Readonly<Record<number, number>> = {
  1: 1,
  2: 2,
  3: 3,
  4: 4,
  5: 5,
  6: 6,
  7: 8,
  11: 7,
  12: 8,
  13: 24,
  14: 8,
};
const MAX_FRAMES = 4096;
/** MPEG-4 ALS gives the length of its frames in 16 bits (ISO/IEC 14496-3, 11.6.1). */
const LOSSLESS = 36;
const MAX_LOSSLESS_FRAMES = 65_536;
const SBR = 5;
const PARAMETRIC_STEREO = 29;
const ESCAPE = 31;
const EXPLICIT_RATE = 15;
const PARAMETRIC_STEREO_EXTENSION = 0x548;
const SYNC_EXTENSION = 0x2b7;
/** AAC Main, LC, SSR, LTP, Scalable, TwinVQ and their error resilient kin: GASpecificConfig. */
const GENERAL_AUDIO = [1, 2, 3, 4, 6, 7, 17, 19, 20, 21, 22, 23];

/** Reads an AudioSpecificConfig; undefined where it is broken. SBR doubles the rate. */
export function audioSpecificConfig(bytes: Buffer): AacConfig | undefined {
  const bits = new BitReader(bytes);
  let objectType = readObjectType(bits);
  const coreRate = readRate(bits);
  const configuration = bits.read(4);
  let outputRate = coreRate;
  let hasParametricStereo = objectType === PARAMETRIC_STEREO;
  if (objectType === SBR || hasParametricStereo) {
    outputRate = readRate(bits);
    objectType = readObjectType(bits);
  }
  let channels = CHANNELS[configuration] ?? 0;
  let frames = objectType === LOSSLESS ? MAX_LOSSLESS_FRAMES : MAX_FRAMES;
  if (GENERAL_AUDIO.includes(objectType)) {
    frames = bits.read(1) === 1 ? 960 : 1024;
    if (bits.read(1) === 1) bits.read(14);
    bits.read(1);
    if (configuration === 0) channels = readProgramConfig(bits);
    else {
      const extension = readSyncExtension(bits, outputRate);
      outputRate = extension.rate;
      hasParametricStereo ||= extension.hasParametricStereo;
    }
  }
  if (bits.isOverrun || coreRate === 0 || outputRate === 0) return undefined;
  return {
    sampleRate: outputRate,
    channels: hasParametricStereo && channels === 1 ? 2 : channels,
    framesPerSample: (frames * outputRate) / coreRate,
    lossless: objectType === LOSSLESS,
  };
}

function readObjectType(bits: BitReader): number {
  const type = bits.read(5);
  return type === ESCAPE ? 32 + bits.read(6) : type;
}

function readRate(bits: BitReader): number {
  const index = bits.read(4);
  return index === EXPLICIT_RATE ? bits.read(24) : (RATES[index] ?? 0);
}

/** 1.6.5: SBR signalled behind the config, so that older decoders pass over it. */
function readSyncExtension(
  bits: BitReader,
  rate: number,
): { rate: number; hasParametricStereo: boolean } {
  const none = { rate, hasParametricStereo: false };
  if (bits.left < 16 || bits.read(11) !== SYNC_EXTENSION || readObjectType(bits) !== SBR) {
    return none;
  }
  if (bits.read(1) !== 1) return none;
  const outputRate = readRate(bits);
  const hasParametricStereo =
    bits.left >= 12 && bits.read(11) === PARAMETRIC_STEREO_EXTENSION && bits.read(1) === 1;
  return { rate: outputRate, hasParametricStereo };
}

/** 4.5.1.2: sums the channels of the front, side, back and low frequency elements. */
function readProgramConfig(bits: BitReader): number {
  bits.read(10);
  const [front, side, back, lowFrequency] = [
    bits.read(4),
    bits.read(4),
    bits.read(4),
    bits.read(2),
  ];
  bits.read(7);
  if (bits.read(1) === 1) bits.read(4);
  if (bits.read(1) === 1) bits.read(4);
  if (bits.read(1) === 1) bits.read(3);
  let channels = lowFrequency;
  for (let element = 0; element < front + side + back; element += 1) {
    channels += 1 + bits.read(1);
    bits.read(4);
  }
  return channels;
}

/** Reads bits from the most significant on; behind the end it reads zeros and says so. */
class BitReader {
  #at = 0;

  constructor(private readonly bytes: Buffer) {}

  get left(): number {
    return 8 * this.bytes.length - this.#at;
  }

  get isOverrun(): boolean {
    return this.left < 0;
  }

  read(count: number): number {
    let value = 0;
    for (let index = 0; index < count; index += 1) {
      const byte = this.bytes[this.#at >>> 3] ?? 0;
      value = 2 * value + ((byte >>> (7 - (this.#at & 7))) & 1);
      this.#at += 1;
    }
    return value;
  }
}
