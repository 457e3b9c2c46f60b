import type { AudioExpectation, Sample, SampleFormat } from "../sample.js";
import type { AudioRecipe, EncodedAudio } from "./encode-audio.js";

type AudioFormat = Extract<SampleFormat, "mp3" | "wav" | "flac" | "m4a">;

const CONTENT_TYPES: Record<AudioFormat, string> = {
  mp3: "audio/mpeg",
  wav: "audio/wav",
  flac: "audio/flac",
  m4a: "audio/mp4",
};

const CODECS = {
  mp3: { codec: "mp3", lossless: false },
  aac: { codec: "aac", lossless: false },
  flac: { codec: "flac", lossless: true },
  "pcm-s16": { codec: "pcm_s16le", lossless: true },
  "pcm-s24": { codec: "pcm_s24le", lossless: true },
  "pcm-f32": { codec: "pcm_f32le", lossless: true },
} as const;

/** A recipe of a codec that the samples use, with the three tags that a sample can promise. */
export interface AudioSampleRecipe extends AudioRecipe {
  codec: keyof typeof CODECS;
  tags?: AudioExpectation["tags"];
}

/** Puts the encoded file and what its recipe promises together. */
export function audioSample(
  about: { name: string; description: string; format: AudioFormat },
  recipe: Omit<AudioSampleRecipe, "container">,
  { bytes, codedSeconds }: EncodedAudio,
): Sample {
  return {
    ...about,
    bytes,
    expect: {
      kind: "audio",
      contentType: CONTENT_TYPES[about.format],
      durationSeconds: codedSeconds,
      sampleRate: recipe.sampleRate,
      channels: recipe.channels,
      ...CODECS[recipe.codec],
      tags: recipe.tags ?? {},
    },
  };
}
