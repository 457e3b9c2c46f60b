import type { RecordFormat } from "../byte-cursor.js";

/** ISO/IEC 11172-3 and 13818-3, 2.4.1.3; MPEG-2.5 is an extension by Fraunhofer. */
export interface MpegFrame {
  /** Sample frames that it decodes to. */
  samples: number;
  sampleRate: number;
  channels: number;
  /** Bytes of side information, behind which a Xing header stands. */
  sideInfoBytes: number;
}

export const MPEG_HEADER_BYTES = 4;

/** Sync, version, layer and sample rate: the same in all frames of one stream, as is mono. */
const STREAM_MASK = 0xfffe0c00;
const MPEG1 = 3;
const MPEG2 = 2;
const RESERVED_VERSION = 1;
const LAYER_3 = 1;
const MONO = 3;
const RESERVED_EMPHASIS = 2;

const KBITS_MPEG1: readonly number[] = [
  0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320,
];
const KBITS_MPEG2: readonly number[] = [
  0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160,
];
const RATES_MPEG1: readonly number[] = [44_100, 48_000, 32_000];

/**
 * Bytes of the Layer III frame that has this header, 0 where the header is none. Free format
 * (bitrate index 0) counts as none: its frames do not tell their length.
 */
export function layer3FrameBytes(header: number): number {
  if (header >>> 21 !== 0x7ff || ((header >>> 17) & 3) !== LAYER_3) return 0;
  const version = (header >>> 19) & 3;
  const rate = RATES_MPEG1[(header >>> 10) & 3];
  const index = (header >>> 12) & 15;
  const kbits = (version === MPEG1 ? KBITS_MPEG1 : KBITS_MPEG2)[index];
  if (version === RESERVED_VERSION || !rate || !kbits || (header & 3) === RESERVED_EMPHASIS) {
    return 0;
  }
  const padding = (header >>> 9) & 1;
  const scale = version === MPEG1 || version === MPEG2 ? 144_000 : 288_000;
  return Math.floor((scale * kbits) / rate) + padding;
}

/** Whether two headers can belong to one stream. */
export function sameStream(header: number, other: number): boolean {
  return ((header ^ other) & STREAM_MASK) === 0 && isMono(header) === isMono(other);
}

function isMono(header: number): boolean {
  return ((header >>> 6) & 3) === MONO;
}

/** Describes the frame of a header for which `layer3FrameBytes` is not 0. */
export function describeFrame(header: number): MpegFrame {
  const version = (header >>> 19) & 3;
  const hasOneChannel = isMono(header);
  const divisor = version === MPEG1 ? 1 : version === MPEG2 ? 2 : 4;
  const sideInfo = version === MPEG1 ? [32, 17] : [17, 9];
  return {
    samples: version === MPEG1 ? 1152 : 576,
    sampleRate: (RATES_MPEG1[(header >>> 10) & 3] ?? 0) / divisor,
    channels: hasOneChannel ? 1 : 2,
    sideInfoBytes: sideInfo[hasOneChannel ? 1 : 0] ?? 0,
  };
}

/** Layer III frames of the stream to which this header belongs. */
export function framesLike(first: number): RecordFormat {
  return {
    headerBytes: MPEG_HEADER_BYTES,
    sizeAt: (bytes, at) => {
      const header = bytes.getUint32(at);
      return sameStream(first, header) ? layer3FrameBytes(header) : 0;
    },
  };
}
