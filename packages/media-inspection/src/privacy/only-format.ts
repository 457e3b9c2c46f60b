import { InspectionError } from "../errors.js";
import type { MediaFormat } from "../media-facts.js";

/** Refuses (`unsupported_media_type`) every format but one. */
export function onlyFormat(format: MediaFormat): (actual: MediaFormat) => void {
  return (actual) => {
    if (actual === format) return;
    throw new InspectionError(
      "unsupported_media_type",
      `The file is ${actual.toUpperCase()}, not ${format.toUpperCase()}.`,
    );
  };
}
