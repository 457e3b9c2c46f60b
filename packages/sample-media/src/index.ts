export { brokenSamples } from "./broken-samples.js";
export type {
  AudioExpectation,
  BrokenSample,
  ImageExpectation,
  Sample,
  SampleFormat,
} from "./sample.js";
export { sizedMedia, type SizedMediaOptions } from "./sized-media.js";
export { validSamples } from "./valid-samples.js";
