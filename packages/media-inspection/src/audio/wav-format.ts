import { InspectionError } from "../errors.js";

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

export const WAV_PCM = 0x0001;
export const WAV_FLOAT = 0x0003;
export const WAV_MP3 = 0x0055;
export const WAV_EXTENSIBLE = 0xfffe;
/** Sub-formats whose first two bytes are a format tag: Microsoft's, Ambisonics, and where none is given. */
const TAGGED_GUIDS = [
  "00001000800000aa00389b71",
  "2107d3118644c8c1ca000000",
  "000000000000000000000000",
];
/** Sub-formats with a tag of their own. */
const GUID_TAGS: Readonly<Record<string, number>> = {
  "2b806de046dbcf11b4d100805f6cbbea": 0x0050,
  "2c806de046dbcf11b4d100805f6cbbea": 0x2000,
};

/**
 * Microsoft, "WAVEFORMATEXTENSIBLE structure (mmreg.h)".
 *
 * @throws InspectionError when it is too short
 */
export function readWavFormat(body: Buffer): WavFormat {
  if (body.length < 14) {
    throw new InspectionError(
      "invalid_media",
      `The WAV's fmt chunk has ${body.length} bytes, not 14 or more.`,
    );
  }
  const declaredTag = body.readUInt16LE(0);
  const isExtensible = declaredTag === WAV_EXTENSIBLE && body.length >= 40;
  return {
    tag: isExtensible ? subFormatTag(body.subarray(24, 40)) : declaredTag,
    channels: body.readUInt16LE(2),
    sampleRate: body.readUInt32LE(4),
    bytesPerSecond: body.readUInt32LE(8),
    blockAlign: body.readUInt16LE(12),
    bitsPerSample: body.length >= 16 ? body.readUInt16LE(14) : 0,
    samplesPerBlock: !isExtensible && body.length >= 20 ? body.readUInt16LE(18) : 0,
  };
}

function subFormatTag(guid: Buffer): number {
  const isTagged = TAGGED_GUIDS.includes(guid.toString("hex", 4)) && guid.readUInt16LE(2) === 0;
  return isTagged ? guid.readUInt16LE(0) : (GUID_TAGS[guid.toString("hex")] ?? WAV_EXTENSIBLE);
}
