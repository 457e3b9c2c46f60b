import { WavOutputFormat } from "mediabunny";

import type { Sample } from "../sample.js";
import { type AudioSampleRecipe, audioSample } from "./audio-sample.js";
import { encodeAudio } from "./encode-audio.js";
import { chord, melody, shaped, sine, sweep } from "./signals.js";

type WavRecipe = Omit<AudioSampleRecipe, "container"> & { name: string; description: string };

const RECIPES: readonly WavRecipe[] = [
  {
    name: "tuning-fork.wav",
    description: "WAV, 16-bit PCM, mono, 44.1 kHz: the A of 440 Hz",
    codec: "pcm-s16",
    signal: shaped(sine(440), 1),
    duration: 1,
    sampleRate: 44_100,
    channels: 1,
  },
  {
    name: "harbour-bells.wav",
    description: "WAV, 16-bit PCM, stereo, 44.1 kHz, with RIFF INFO tags",
    codec: "pcm-s16",
    signal: shaped(melody([79, 74, 76, 67, 72, 79], 0.3), 2),
    duration: 2,
    sampleRate: 44_100,
    channels: 2,
    tags: { title: "Harbour Bells", artist: "The Sample Makers", album: "Plain Waves" },
  },
  {
    name: "glass-organ-24-bit.wav",
    description: "WAV, 24-bit PCM, stereo, 48 kHz",
    codec: "pcm-s24",
    signal: shaped(chord([48, 55, 60, 64, 71]), 1.5),
    duration: 1.5,
    sampleRate: 48_000,
    channels: 2,
  },
  {
    name: "rising-sun-float.wav",
    description: "WAV, 32-bit float, mono, 48 kHz: a glide over three octaves",
    codec: "pcm-f32",
    signal: shaped(sweep(130, 1040, 1.5), 1.5, 0.5),
    duration: 1.5,
    sampleRate: 48_000,
    channels: 1,
  },
  {
    name: "answering-machine-8-khz.wav",
    description: "WAV, 16-bit PCM, mono, 8 kHz, half a second",
    codec: "pcm-s16",
    signal: shaped(chord([81, 86]), 0.5),
    duration: 0.5,
    sampleRate: 8_000,
    channels: 1,
  },
];

export function wavSamples(): Promise<Sample[]> {
  return Promise.all(
    RECIPES.map(async ({ name, description, ...rest }) => {
      const recipe = { ...rest, container: new WavOutputFormat() };
      return audioSample({ name, description, format: "wav" }, recipe, await encodeAudio(recipe));
    }),
  );
}
