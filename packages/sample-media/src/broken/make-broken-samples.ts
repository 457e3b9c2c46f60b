import type { BrokenSample } from "../sample.js";
import { invalidSamples } from "./invalid-samples.js";
import { unsupportedSamples } from "./unsupported-samples.js";

export async function makeBrokenSamples(): Promise<BrokenSample[]> {
  return [
    {
      name: "nothing.png",
      description: "No bytes at all",
      bytes: new Uint8Array(),
      code: "empty_file",
    },
    ...(await unsupportedSamples()),
    ...(await invalidSamples()),
  ];
}
