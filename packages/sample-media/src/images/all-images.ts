import type { Sample } from "../sample.js";
import { gifSamples } from "./gif-samples.js";
import { jpegSamples } from "./jpeg-samples.js";
import { pngSamples } from "./png-samples.js";
import { webpSamples } from "./webp-samples.js";

export async function allImages(): Promise<Sample[]> {
  const groups = await Promise.all([jpegSamples(), pngSamples(), webpSamples(), gifSamples()]);
  return groups.flat();
}
