import type { Media, MediaBytes } from "../job.js";
import type { UseCase } from "./use-case.js";

/** What a store keeps of a file. */
export function storedOf(media: Media, privacy: UseCase["privacy"]): MediaBytes {
  return privacy === "all" ? media.stripped : media;
}
