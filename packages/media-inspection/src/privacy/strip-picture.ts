import type { ByteCursor, Walk } from "../byte-cursor.js";
import { InspectionError } from "../errors.js";
import { inspect } from "../inspect.js";
import { PlanEditor } from "./apply-plan.js";
import { isImage, planImage } from "./plan-image.js";

/**
 * Removes all metadata from a picture inside a file, on the file's budget. Undefined where it is no image of a
 * supported format, or not certain what belongs to it.
 */
export function* stripPicture(source: ByteCursor, bytes: Uint8Array): Walk<Uint8Array | undefined> {
  try {
    const { format } = yield* inspect(source.over(bytes), () => undefined);
    if (!isImage(format)) return undefined;
    const editor = new PlanEditor(yield* planImage(source.over(bytes), format, "all"));
    return Buffer.concat([...editor.edit(bytes), ...editor.end()]);
  } catch (error) {
    if (error instanceof InspectionError) return undefined;
    throw error;
  }
}
