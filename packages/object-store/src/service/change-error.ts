import { AccessDeniedError, FileNotFoundError, type ObjectStoreError } from "../errors.js";
import type { Owner } from "../owner-types.js";
import type { MediaFileModel } from "../models/media-file.model.js";

/**
 * Why a scope could not change a file.
 *
 * @param seen the file, if the scope may see it
 */
export function changeError(
  id: string,
  seen: Pick<MediaFileModel, "userId"> | null | undefined,
  owner: Owner,
): ObjectStoreError {
  return seen && seen.userId !== owner
    ? new AccessDeniedError(
        seen.userId === null
          ? "A system-wide file can be changed by the system's scope only."
          : "A file that is shared can be changed by its owner only.",
      )
    : new FileNotFoundError(id);
}
