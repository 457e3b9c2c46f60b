import { InspectionError } from "../errors.js";
import { hexTag, isLosslessCodec, registeredCodec } from "./wav-codec-names.js";
import { WAV_FLOAT, WAV_PCM, type WavFormat } from "./wav-format.js";

/** More than any sample is kept in; what is beyond is a broken header. */
const MAX_BITS_PER_SAMPLE = 64;

interface WavCodec {
  /** As FFmpeg spells it; the format tag where the codec has no name. */
  codec: string;
  lossless: boolean;
}

/**
 * The codec of a format.
 *
 * @throws InspectionError (`unsupported_media_type`) when its tag is not registered.
 * @throws InspectionError (`invalid_media`) when its samples have more bits than any.
 */
export function wavCodec(format: WavFormat): WavCodec {
  const { tag } = format;
  if (tag === WAV_PCM || tag === WAV_FLOAT) return { codec: pcmName(format), lossless: true };
  const codec = registeredCodec(tag);
  if (codec !== undefined) return { codec, lossless: isLosslessCodec(codec) };
  throw new InspectionError(
    "unsupported_media_type",
    `The WAV holds audio of the unknown format ${hexTag(tag)}.`,
  );
}

function pcmName({ tag, channels, blockAlign, bitsPerSample }: WavFormat): string {
  const bits = bitsPerSample || (8 * blockAlign) / Math.max(1, channels);
  if (bits > MAX_BITS_PER_SAMPLE) {
    throw new InspectionError(
      "invalid_media",
      `The WAV gives ${bits} bits for each sample; at most ${MAX_BITS_PER_SAMPLE} were expected.`,
    );
  }
  if (tag === WAV_FLOAT) return `pcm_f${bits}le`;
  return bits <= 8 ? "pcm_u8" : `pcm_s${8 * Math.ceil(bits / 8)}le`;
}
