import type { Media } from "../job.js";

/** One of the files that there are to upload. */
export function mediaAt(media: readonly Media[], at: number): Media {
  const found = media[at];
  if (found === undefined) throw new Error(`there is no file ${at} on the stage`);
  return found;
}
