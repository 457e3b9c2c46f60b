import { FlacOutputFormat } from "mediabunny";

import type { Sample } from "../sample.js";
import { type AudioSampleRecipe, audioSample } from "./audio-sample.js";
import { encodeAudio } from "./encode-audio.js";
import { chord, melody, shaped, sweep } from "./signals.js";

type FlacRecipe = Omit<AudioSampleRecipe, "container" | "codec"> & {
  name: string;
  description: string;
};

const RECIPES: readonly FlacRecipe[] = [
  {
    name: "music-box.flac",
    description: "FLAC, 16-bit, stereo, 44.1 kHz, with Vorbis comments",
    signal: shaped(melody([72, 76, 79, 84, 83, 79, 76, 74], 0.3), 2.5),
    duration: 2.5,
    sampleRate: 44_100,
    channels: 2,
    tags: { title: "Music Box", artist: "The Sample Makers", album: "Without Loss" },
  },
  {
    name: "whale-song.flac",
    description: "FLAC, 16-bit, mono, 48 kHz, with Vorbis comments in Greek and Icelandic",
    signal: shaped(sweep(420, 110, 2), 2),
    duration: 2,
    sampleRate: 48_000,
    channels: 1,
    tags: { title: "Το τραγούδι της φάλαινας", artist: "Þorbjörg Ægisdóttir", album: "Hafið" },
  },
  {
    name: "quiet-hall.flac",
    description: "FLAC, 16-bit, mono, 22.05 kHz, without comments",
    signal: shaped(chord([45, 52, 57, 61]), 1.2),
    duration: 1.2,
    sampleRate: 22_050,
    channels: 1,
  },
];

export function flacSamples(): Promise<Sample[]> {
  return Promise.all(
    RECIPES.map(async ({ name, description, ...rest }) => {
      const recipe = { ...rest, codec: "flac" as const, container: new FlacOutputFormat() };
      return audioSample({ name, description, format: "flac" }, recipe, await encodeAudio(recipe));
    }),
  );
}
