import { InspectionError } from "../errors.js";
import type { DurationSource } from "../media-facts.js";

/** More than any sample is kept in; what is beyond is a broken header. */
const MAX_BITS_PER_SAMPLE = 64;

/** The fields of a `fmt ` chunk (WAVEFORMATEX, with the sub-format of WAVEFORMATEXTENSIBLE). */
export interface WavFormat {
  tag: number;
  channels: number;
  sampleRate: number;
  bytesPerSecond: number;
  blockAlign: number;
  bitsPerSample: number;
  /** Sample frames per block, where the format's extension gives it. */
  samplesPerBlock: number;
}

/** Bits per second; below the lowest rate of the speech codecs that WAV holds. */
const MIN_BITRATE = 2000;
/** Nothing compressed takes more bits for each sample. */
const PCM_BITS = 32;
const EXTENSIBLE = 0xfffe;
const PCM = 0x0001;
export const WAV_MP3 = 0x0055;
const FLOAT = 0x0003;
const G711: Readonly<Record<number, string>> = { 0x0006: "pcm_alaw", 0x0007: "pcm_mulaw" };
/** Formats whose blocks hold a fixed number of sample frames. */
const BLOCK_CODECS: Readonly<Record<number, string>> = {
  0x0002: "adpcm_ms",
  0x0011: "adpcm_ima_wav",
  0x0031: "gsm_ms",
};
/** Formats of variable density, known by name only. */
const OTHER_CODECS: Readonly<Record<number, string>> = {
  0x0020: "adpcm_yamaha",
  0x0022: "truespeech",
  0x0042: "g723_1",
  0x0045: "adpcm_g726",
  0x0050: "mp2",
  [WAV_MP3]: "mp3",
  0x0064: "adpcm_g726",
  0x00ff: "aac",
  0x0160: "wmav1",
  0x0161: "wmav2",
  0x0162: "wmapro",
  0x0163: "wmalossless",
  0x0270: "atrac3",
  0x028f: "adpcm_g722",
  0x1600: "aac",
  0x2000: "ac3",
  0x2001: "dts",
  0xf1ac: "flac",
};

/** Microsoft, "WAVEFORMATEXTENSIBLE structure (mmreg.h)". */
export function readWavFormat(body: Buffer): WavFormat {
  if (body.length < 14) {
    throw new InspectionError(
      "invalid_media",
      `The WAV's fmt chunk has ${body.length} bytes, not 14 or more.`,
    );
  }
  const declaredTag = body.readUInt16LE(0);
  const isExtensible = declaredTag === EXTENSIBLE && body.length >= 26;
  return {
    tag: isExtensible ? body.readUInt16LE(24) : declaredTag,
    channels: body.readUInt16LE(2),
    sampleRate: body.readUInt32LE(4),
    bytesPerSecond: body.readUInt32LE(8),
    blockAlign: body.readUInt16LE(12),
    bitsPerSample: body.length >= 16 ? body.readUInt16LE(14) : 0,
    samplesPerBlock: !isExtensible && body.length >= 20 ? body.readUInt16LE(18) : 0,
  };
}

export function isLossless({ tag }: WavFormat): boolean {
  return tag === PCM || tag === FLOAT;
}

/** Codec names as FFmpeg spells them. */
export function wavCodec({ tag, channels, blockAlign, bitsPerSample }: WavFormat): string {
  const codec = G711[tag] ?? BLOCK_CODECS[tag] ?? OTHER_CODECS[tag];
  if (codec !== undefined) return codec;
  const bits = bitsPerSample || (8 * blockAlign) / Math.max(1, channels);
  if (bits > MAX_BITS_PER_SAMPLE) {
    throw new InspectionError(
      "invalid_media",
      `The WAV gives ${bits} bits for each sample; at most ${MAX_BITS_PER_SAMPLE} were expected.`,
    );
  }
  if (tag === PCM) return bits <= 8 ? "pcm_u8" : `pcm_s${8 * Math.ceil(bits / 8)}le`;
  if (tag === FLOAT) return `pcm_f${bits}le`;
  throw new InspectionError(
    "unsupported_media_type",
    `The WAV holds audio of the unknown format 0x${tag.toString(16).padStart(4, "0")}.`,
  );
}

/**
 * The length of `dataBytes` bytes of audio. PCM and block codecs are counted; for others the
 * `fact` chunk is believed where it gives a bitrate that a codec can have.
 */
export function wavDuration(
  format: WavFormat,
  dataBytes: number,
  factSamples: number | undefined,
): { seconds: number; source: DurationSource } {
  const { tag, sampleRate } = format;
  if (tag === PCM || tag === FLOAT || tag in G711) {
    return { seconds: dataBytes / frameBytes(format) / sampleRate, source: "measured" };
  }
  if (tag in BLOCK_CODECS && format.blockAlign > 0) {
    const perBlock = format.samplesPerBlock || defaultSamplesPerBlock(format);
    const counted = (dataBytes / format.blockAlign) * perBlock;
    // The last block is padded; `fact` tells by how much.
    const isTrimmed =
      factSamples !== undefined && factSamples <= counted && factSamples > counted - 2 * perBlock;
    return { seconds: (isTrimmed ? factSamples : counted) / sampleRate, source: "measured" };
  }
  // Writers give wrong averages, or none, for the less common codecs; their `fact` is right.
  const claimed = (factSamples ?? 0) / sampleRate;
  const claimedRate = claimed > 0 ? (8 * dataBytes) / claimed : 0;
  return claimedRate >= MIN_BITRATE && claimedRate <= PCM_BITS * format.channels * sampleRate
    ? { seconds: claimed, source: "header" }
    : { seconds: dataBytes / format.bytesPerSecond, source: "estimated" };
}

/** Bytes of one sample of every channel; `blockAlign` is wrong in the wild, the bits seldom. */
function frameBytes({ channels, blockAlign, bitsPerSample }: WavFormat): number {
  const computed = channels * Math.ceil(bitsPerSample / 8);
  const isPadded = blockAlign % Math.max(1, channels) === 0 && blockAlign <= 8 * channels;
  return blockAlign >= computed && isPadded && blockAlign > 0 ? blockAlign : computed;
}

/** Where the extension is missing: the block sizes that the codecs' definitions give. */
function defaultSamplesPerBlock({ tag, channels, blockAlign }: WavFormat): number {
  if (tag === 0x0031) return 320;
  const headerBytes = tag === 0x0002 ? 7 : 4;
  const headerSamples = tag === 0x0002 ? 2 : 1;
  return ((blockAlign - headerBytes * channels) * 2) / Math.max(1, channels) + headerSamples;
}
