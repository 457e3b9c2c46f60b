import type { ByteCursor, Walk } from "../byte-cursor.js";
import { identify } from "../inspect.js";
import type { MediaFormat } from "../media-facts.js";
import { type AudioCleaning, beginAudio } from "./audio/audio-plan.js";
import type { EditPlan, Privacy } from "./edit-plan.js";
import { isImage, planImage } from "./plan-image.js";
import { stripPicture } from "./strip-picture.js";
import { placelessXmp } from "./xmp-places.js";

/**
 * Plans what is removed from a file, from its first byte on. Calls `decide` once the format shows.
 *
 * @throws InspectionError
 */
export function* planEdits(
  source: ByteCursor,
  privacy: Privacy,
  decide: (format: MediaFormat) => void,
  cleaning: AudioCleaning = { stripPicture, placelessXmp },
): Walk<EditPlan> {
  const planAudio = yield* beginAudio(source, privacy, cleaning);
  return yield* identify(source, decide, (_, format, leading, junkBytes) =>
    isImage(format)
      ? planImage(source, format, privacy)
      : planAudio(source, format, leading, junkBytes),
  );
}
