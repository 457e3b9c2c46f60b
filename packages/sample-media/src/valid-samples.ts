import { allSounds } from "./audio/all-sounds.js";
import { allImages } from "./images/all-images.js";
import { memoisedSamples } from "./memoised-samples.js";
import type { Sample } from "./sample.js";

/**
 * Small, correct files in all eight formats, common and odd ones, each with the truth about it.
 * The same bytes on every run with the same platform and dependencies; generated once per process.
 * Each call returns bytes that the caller may change.
 */
export const validSamples = memoisedSamples<Sample>(async () => {
  const [images, sounds] = await Promise.all([allImages(), allSounds()]);
  return [...images, ...sounds];
});
