import { InspectionError } from "../errors.js";
import type { DurationSource } from "../media-facts.js";
import { registeredCodec } from "./wav-codec-names.js";
import { WAV_FLOAT, WAV_PCM, type WavFormat } from "./wav-format.js";

interface WavDuration {
  seconds: number;
  source: DurationSource;
}

/** Bits per second; below the lowest rate of the speech codecs that WAV holds. */
const MIN_BITRATE = 500;
/** Nothing compressed takes more bits for each sample. */
const PCM_BITS = 32;
/** Codecs with a byte for each sample. */
const G711 = ["pcm_alaw", "pcm_mulaw"];
/** Codecs whose blocks hold a fixed number of sample frames. */
const BLOCK_CODECS = ["adpcm_ms", "adpcm_ima_wav", "gsm_ms"];
/** Codecs without blocks, with 4 bits for each sample or as many as the header says. */
const DENSE_CODECS = ["adpcm_ima_oki", "adpcm_yamaha", "adpcm_g721", "adpcm_g722", "adpcm_g726"];
const GSM_SAMPLES = 320;

/**
 * The length of `dataBytes` bytes of audio. PCM and block codecs are counted; for others the
 * `fact` chunk is believed where it gives a bitrate that a codec can have, else the average rate.
 *
 * @throws InspectionError (`unsupported_media_type`) when nothing tells it
 */
export function wavDuration(
  format: WavFormat,
  dataBytes: number,
  factSamples: number | undefined,
): WavDuration {
  const { tag, channels, sampleRate, bytesPerSecond, blockAlign } = format;
  const codec = registeredCodec(tag) ?? "";
  if (tag === WAV_PCM || tag === WAV_FLOAT || G711.includes(codec)) {
    return { seconds: dataBytes / frameBytes(format) / sampleRate, source: "measured" };
  }
  if (BLOCK_CODECS.includes(codec) && blockAlign > 0) {
    const seconds = blockSamples(format, codec, dataBytes, factSamples) / sampleRate;
    return { seconds, source: "measured" };
  }
  // Writers give wrong averages, or none, for the less common codecs; their `fact` is right.
  const claimed = (factSamples ?? 0) / sampleRate;
  const claimedRate = claimed > 0 ? (8 * dataBytes) / claimed : 0;
  if (claimedRate >= MIN_BITRATE && claimedRate <= PCM_BITS * channels * sampleRate) {
    return { seconds: claimed, source: "header" };
  }
  if (DENSE_CODECS.includes(codec)) {
    const bits = (format.bitsPerSample || 4) * Math.max(1, channels) * sampleRate;
    return { seconds: (8 * dataBytes) / bits, source: "measured" };
  }
  if (bytesPerSecond === 0) {
    throw new InspectionError(
      "unsupported_media_type",
      `The WAV's audio (${codec}) has no constant rate, and no fact chunk gives its length.`,
    );
  }
  return { seconds: dataBytes / bytesPerSecond, source: "estimated" };
}

/** Bytes of one sample of every channel; `blockAlign` is wrong in the wild, the bits seldom. */
function frameBytes({ channels, blockAlign, bitsPerSample }: WavFormat): number {
  const computed = channels * Math.ceil(bitsPerSample / 8);
  const isPadded = blockAlign % Math.max(1, channels) === 0 && blockAlign <= 8 * channels;
  return blockAlign >= computed && isPadded && blockAlign > 0 ? blockAlign : computed;
}

function blockSamples(
  format: WavFormat,
  codec: string,
  dataBytes: number,
  factSamples: number | undefined,
): number {
  const perBlock = format.samplesPerBlock || defaultSamplesPerBlock(format, codec);
  const counted = (dataBytes / format.blockAlign) * perBlock;
  // The last block is padded; `fact` tells by how much.
  const isTrimmed =
    factSamples !== undefined && factSamples <= counted && factSamples > counted - 2 * perBlock;
  return isTrimmed ? factSamples : counted;
}

/** Where the extension is missing: the block sizes that the codecs' definitions give. */
function defaultSamplesPerBlock({ channels, blockAlign }: WavFormat, codec: string): number {
  if (codec === "gsm_ms") return GSM_SAMPLES;
  const headerBytes = codec === "adpcm_ms" ? 7 : 4;
  const headerSamples = codec === "adpcm_ms" ? 2 : 1;
  return ((blockAlign - headerBytes * channels) * 2) / Math.max(1, channels) + headerSamples;
}
