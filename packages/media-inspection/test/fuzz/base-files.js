import { brokenSamples, validSamples } from "@repo/sample-media";

import { collectedFiles } from "../support/media-folders.js";
import { tagFiles } from "./tag-files.js";

/** Larger files make fuzzing slow and show nothing that small ones do not. */
const MAX_BYTES = 200_000;

/** The files that are damaged: every sample, and the real and the odd files where there are some. */
export async function baseFiles() {
  const files = [...(await validSamples()), ...(await brokenSamples()), ...tagFiles()];
  files.push(...collectedFiles());
  return files.filter(({ bytes }) => bytes.length > 0 && bytes.length <= MAX_BYTES);
}
