import type { Sample } from "../sample.js";
import { flacSamples } from "./flac-samples.js";
import { m4aSamples } from "./m4a-samples.js";
import { mp3Samples } from "./mp3-samples.js";
import { wavSamples } from "./wav-samples.js";

export async function allSounds(): Promise<Sample[]> {
  const groups = await Promise.all([mp3Samples(), wavSamples(), flacSamples(), m4aSamples()]);
  return groups.flat();
}
