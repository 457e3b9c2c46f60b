import { Mp3OutputFormat } from "mediabunny";

import { concat } from "../bytes.js";
import type { Sample } from "../sample.js";
import { type AudioSampleRecipe, audioSample } from "./audio-sample.js";
import { encodeAudio } from "./encode-audio.js";
import { packMp3Frame, readMp3Audio } from "./mp3-frames.js";
import { chord, melody, shaped, sine, sweep } from "./signals.js";

type Mp3Recipe = Omit<AudioSampleRecipe, "container" | "codec"> & {
  name: string;
  description: string;
  xingHeader: boolean;
};

const RECIPES: readonly Mp3Recipe[] = [
  {
    name: "kite-festival.mp3",
    description: "MP3, stereo, 44.1 kHz, 128 kbit/s, ID3v2 tags and Xing header",
    xingHeader: true,
    signal: shaped(melody([67, 69, 71, 74, 76, 74, 71, 79, 76, 74, 83, 79], 0.25), 3),
    duration: 3,
    sampleRate: 44_100,
    channels: 2,
    bitrate: 128_000,
    tags: { title: "Kite Festival", artist: "The Sample Makers", album: "Open Skies" },
  },
  {
    name: "morning-market.mp3",
    description: "MP3, stereo, 48 kHz, 160 kbit/s, ID3v2 tags in Russian, Japanese and Arabic",
    xingHeader: true,
    signal: shaped(melody([69, 72, 76, 81, 77, 74, 76, 72], 0.3), 2.4),
    duration: 2.4,
    sampleRate: 48_000,
    channels: 2,
    bitrate: 160_000,
    tags: { title: "Утренний рынок", artist: "朝市楽団", album: "أغاني المدينة" },
  },
  {
    name: "steady-chord-cbr.mp3",
    description: "MP3, stereo, 44.1 kHz, 128 kbit/s, constant bitrate, frames only",
    xingHeader: false,
    signal: shaped(chord([53, 57, 60, 65, 72]), 2),
    duration: 2,
    sampleRate: 44_100,
    channels: 2,
    bitrate: 128_000,
  },
  {
    name: "field-radio-mono.mp3",
    description: "MP3, mono, 22.05 kHz (MPEG-2), 64 kbit/s, constant bitrate, frames only",
    xingHeader: false,
    signal: shaped(sweep(220, 880, 5), 5),
    duration: 5,
    sampleRate: 22_050,
    channels: 1,
    bitrate: 64_000,
  },
  {
    name: "short-signal.mp3",
    description: "MP3, mono, 44.1 kHz, half a second",
    xingHeader: true,
    signal: shaped(sine(523.25), 0.5),
    duration: 0.5,
    sampleRate: 44_100,
    channels: 1,
    bitrate: 96_000,
  },
];

/** Kilobits per second; the first is the lowest, so a duration guessed from it is far too long. */
const VARIABLE_BITRATES = [128, 256, 160, 320, 224] as const;

/** Every frame at another bitrate and no header that would say so or count the frames. */
async function variableBitrate(): Promise<Sample> {
  const recipe = {
    container: new Mp3OutputFormat({ xingHeader: false }),
    codec: "mp3" as const,
    signal: shaped(melody([60, 64, 67, 72, 76, 79, 84, 88], 0.4), 3),
    duration: 3,
    sampleRate: 48_000,
    channels: 1,
    bitrate: 48_000,
  };
  const encoded = await encodeAudio(recipe);
  const frames = readMp3Audio(encoded.bytes).map((frame, index) =>
    packMp3Frame(frame, VARIABLE_BITRATES[index % VARIABLE_BITRATES.length] ?? 128),
  );
  return audioSample(
    {
      name: "climbing-stairs-vbr.mp3",
      description: "MP3, mono, 48 kHz, variable bitrate without any header that says so",
      format: "mp3",
    },
    recipe,
    { ...encoded, bytes: concat(frames) },
  );
}

export function mp3Samples(): Promise<Sample[]> {
  return Promise.all([
    ...RECIPES.map(async ({ name, description, xingHeader, ...rest }) => {
      const container = new Mp3OutputFormat({ xingHeader });
      const recipe = { ...rest, codec: "mp3" as const, container };
      return audioSample({ name, description, format: "mp3" }, recipe, await encodeAudio(recipe));
    }),
    variableBitrate(),
  ]);
}
