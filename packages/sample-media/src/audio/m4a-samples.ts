import type { Sample } from "../sample.js";
import { type AudioSampleRecipe, audioSample } from "./audio-sample.js";
import { encodeM4a, type M4aLayout } from "./encode-m4a.js";
import { chord, melody, shaped, sine } from "./signals.js";

type M4aRecipe = Omit<AudioSampleRecipe, "container" | "codec"> & {
  name: string;
  description: string;
  layout: M4aLayout;
};

const RECIPES: readonly M4aRecipe[] = [
  {
    name: "lullaby.m4a",
    description: "M4A, AAC, stereo, 44.1 kHz, tagged, moov at the front",
    layout: { moov: "start", brand: "M4A " },
    signal: shaped(melody([64, 67, 72, 71, 67, 64, 62, 60, 64], 0.4), 4),
    duration: 4,
    sampleRate: 44_100,
    channels: 2,
    bitrate: 128_000,
    tags: { title: "Lullaby", artist: "The Sample Makers", album: "Small Hours" },
  },
  {
    name: "first-snow.m4a",
    description: "M4A, AAC, mono, 48 kHz, tagged in Japanese, moov at the end",
    layout: { moov: "end", brand: "M4A " },
    signal: shaped(melody([84, 79, 76, 72, 79, 76], 0.35), 2.5),
    duration: 2.5,
    sampleRate: 48_000,
    channels: 1,
    bitrate: 96_000,
    tags: { title: "初雪", artist: "小さな合奏団", album: "冬の窓" },
  },
  {
    name: "evening-chord-isom.m4a",
    description: "M4A, AAC, stereo, 48 kHz, major brand isom, moov at the end, no tags",
    layout: { moov: "end", brand: "isom" },
    signal: shaped(chord([50, 57, 62, 66, 69]), 3),
    duration: 3,
    sampleRate: 48_000,
    channels: 2,
    bitrate: 128_000,
  },
  {
    name: "beacon.m4a",
    description: "M4A, AAC, mono, 22.05 kHz, half a second, moov at the front",
    layout: { moov: "start", brand: "M4A " },
    signal: shaped(sine(660), 0.5),
    duration: 0.5,
    sampleRate: 22_050,
    channels: 1,
    bitrate: 64_000,
  },
];

export function m4aSamples(): Promise<Sample[]> {
  return Promise.all(
    RECIPES.map(async ({ name, description, layout, ...rest }) =>
      audioSample(
        { name, description, format: "m4a" },
        { ...rest, codec: "aac" },
        await encodeM4a(rest, layout),
      ),
    ),
  );
}
