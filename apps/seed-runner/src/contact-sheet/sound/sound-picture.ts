import { dataRate } from "./data-rate.js";
import { decoderOf } from "./decoded-chunks.js";
import { PeakMeter } from "./peak-meter.js";
import type { SoundFacts } from "./sound-facts.js";

/** What can be drawn of a sound, in order of time, 0 to 1; or why nothing can. */
export type SoundPicture =
  | { kind: "waveform"; levels: readonly number[] }
  | { kind: "data-rate"; levels: readonly number[] }
  | { kind: "none"; reason: string };

export const BARS = 96;

/** Samples, all channels together, that are decoded for one picture: some minutes. */
const MAX_SAMPLES = 50_000_000;

/** Decodes the file, as far as there is a decoder for it. */
export async function soundPicture(facts: SoundFacts, bytes: Uint8Array): Promise<SoundPicture> {
  const decode = decoderOf(facts);
  const picture =
    decode === undefined
      ? await withoutDecoder(facts, bytes)
      : await waveform(facts, decode(bytes));
  return picture.kind !== "none" && picture.levels.length === 0
    ? { kind: "none", reason: "No sound was found in it." }
    : picture;
}

async function waveform(
  { channels, durationSeconds, sampleRate }: SoundFacts,
  chunks: AsyncIterable<readonly Float32Array[]>,
): Promise<SoundPicture> {
  const meter = new PeakMeter(durationSeconds * sampleRate, BARS);
  for await (const planes of chunks) {
    meter.add(planes);
    if (meter.frames * channels > MAX_SAMPLES) {
      return { kind: "none", reason: "It is too long to draw." };
    }
  }
  return { kind: "waveform", levels: meter.levels(BARS) };
}

async function withoutDecoder({ codec }: SoundFacts, bytes: Uint8Array): Promise<SoundPicture> {
  if (codec !== "aac") return { kind: "none", reason: `${codec} is not decoded here.` };
  return { kind: "data-rate", levels: await dataRate(bytes, BARS) };
}
