import { InvalidMediaError } from "../../errors.js";
import {
  type AudioFacts,
  type AudioFormat,
  type AudioTags,
  type DurationSource,
  MEDIA_FORMATS,
} from "../media-facts.js";

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

/** @throws InvalidMediaError when the file holds no sound of a definite length. */
export function audioFacts(format: AudioFormat, sound: MeasuredSound): AudioFacts {
  const { audioBytes, ...facts } = sound;
  const name = format.toUpperCase();
  if (sound.sampleRate <= 0 || sound.channels <= 0) {
    throw new InvalidMediaError(
      `The ${name} gives ${sound.channels} channels at ${sound.sampleRate} Hz; both must be at least 1.`,
    );
  }
  if (!(sound.durationSeconds > 0 && Number.isFinite(sound.durationSeconds)) || audioBytes <= 0) {
    throw new InvalidMediaError(
      `The ${name} holds ${audioBytes} bytes of audio that last ${sound.durationSeconds} seconds; more than 0 were expected.`,
    );
  }
  return {
    kind: "audio",
    format,
    contentType: MEDIA_FORMATS[format].contentType,
    bitrate: Math.round((8 * audioBytes) / sound.durationSeconds),
    ...facts,
  };
}
