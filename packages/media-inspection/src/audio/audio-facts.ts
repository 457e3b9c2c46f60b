import { InspectionError } from "../errors.js";
import {
  type AudioFacts,
  type AudioFormat,
  type AudioTags,
  type DurationSource,
  MEDIA_FORMATS,
} from "../media-facts.js";

/** FLAC's and WAV's common bounds are far lower; what is beyond these is a broken header. */
const MAX_SAMPLE_RATE = 16_777_215;
const MAX_CHANNELS = 255;
/** Bits per second; the largest number that the column takes. */
const MAX_BITRATE = 2_147_483_647;

/** What a walker found out about a sound. */
export interface MeasuredSound {
  durationSeconds: number;
  durationSource: DurationSource;
  /** Bytes that carry audio: without headers, tags and pictures. */
  audioBytes: number;
  sampleRate: number;
  channels: number;
  codec: string;
  lossless: boolean;
  tags: AudioTags;
}

/** @throws InspectionError when the file holds no sound of a definite length. */
export function audioFacts(format: AudioFormat, sound: MeasuredSound): AudioFacts {
  const { audioBytes, ...facts } = sound;
  const name = format.toUpperCase();
  const { sampleRate, channels } = sound;
  if (!isWhole(sampleRate, MAX_SAMPLE_RATE) || !isWhole(channels, MAX_CHANNELS)) {
    throw new InspectionError(
      "invalid_media",
      `The ${name} gives ${channels} channels at ${sampleRate} Hz; 1 to ${MAX_CHANNELS} channels at 1 to ${MAX_SAMPLE_RATE} Hz were expected.`,
    );
  }
  if (!(sound.durationSeconds > 0 && Number.isFinite(sound.durationSeconds)) || audioBytes <= 0) {
    throw new InspectionError(
      "invalid_media",
      `The ${name} holds ${audioBytes} bytes of audio that last ${sound.durationSeconds} seconds; more than 0 were expected.`,
    );
  }
  const bitrate = Math.round((8 * audioBytes) / sound.durationSeconds);
  if (!isWhole(bitrate, MAX_BITRATE)) {
    throw new InspectionError(
      "invalid_media",
      `The ${name} claims that ${audioBytes} bytes of audio last ${sound.durationSeconds} seconds; no audio has that bitrate.`,
    );
  }
  return {
    kind: "audio",
    format,
    contentType: MEDIA_FORMATS[format].contentType,
    bitrate,
    ...facts,
  };
}

/** Whether a column of whole numbers takes it. */
function isWhole(value: number, max: number): boolean {
  return Number.isInteger(value) && value > 0 && value <= max;
}
