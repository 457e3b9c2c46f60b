import { allSounds } from "./audio/all-sounds.js";
import { allImages } from "./images/all-images.js";
import type { Sample } from "./sample.js";

export async function makeValidSamples(): Promise<Sample[]> {
  const [images, sounds] = await Promise.all([allImages(), allSounds()]);
  return [...images, ...sounds];
}
