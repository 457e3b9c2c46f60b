import type { ByteCursor, Walk } from "../byte-cursor.js";
import type { ImageFormat } from "../media-facts.js";
import { EditList } from "./edit-list.js";
import type { EditPlan, Privacy } from "./edit-plan.js";
import { planGif } from "./gif-edits.js";
import { planJpeg } from "./jpeg-edits.js";
import { planPng } from "./png-edits.js";
import { planWebp } from "./webp-edits.js";

const PLANNERS = { jpeg: planJpeg, png: planPng, webp: planWebp, gif: planGif } as const;

/**
 * Plans what is removed from an image, from its first byte on.
 *
 * @throws InspectionError (`invalid_media`) where it is not certain what has to be removed
 */
export function* planImage(
  source: ByteCursor,
  format: ImageFormat,
  privacy: Privacy,
): Walk<EditPlan> {
  const edits = new EditList();
  yield* PLANNERS[format](source, edits, privacy);
  return edits.plan();
}

export function isImage(format: string): format is ImageFormat {
  return format in PLANNERS;
}
