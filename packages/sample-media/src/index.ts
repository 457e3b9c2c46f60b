export { brokenSamples, validSamples } from "./samples.js";
export type {
  AudioExpectation,
  BrokenSample,
  ImageExpectation,
  Sample,
  SampleFormat,
} from "./sample.js";
export { sizedMedia } from "./sized-media.js";
export type { SizedMediaOptions } from "./sized/make-expandable.js";
