import { invalidSamples } from "./broken/invalid-samples.js";
import { unsupportedSamples } from "./broken/unsupported-samples.js";
import { memoisedSamples } from "./memoised-samples.js";
import type { BrokenSample } from "./sample.js";

/**
 * Files that a store which checks content must refuse, each with the code of the refusal. The same
 * bytes on every run; generated once per process. Each call returns bytes that the caller may
 * change.
 */
export const brokenSamples = memoisedSamples<BrokenSample>(async () => [
  {
    name: "nothing.png",
    description: "No bytes at all",
    bytes: new Uint8Array(),
    code: "empty_file",
  },
  ...(await unsupportedSamples()),
  ...(await invalidSamples()),
]);
