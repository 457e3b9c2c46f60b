import { AccessDeniedError, FileNotFoundError, type ObjectStoreError } from "../errors.js";
import type { MediaFileModel } from "../models/media-file.model.js";
import type { Owner } from "../repo/conditions.js";
import type { MediaRepo, StoredFacts } from "../repo/media-repo.js";

export function notYours(): AccessDeniedError {
  return new AccessDeniedError("A system-wide file can be changed by the system's scope only.");
}

/** Why a scope could not change a file: it cannot see it, or it can see but not change it. */
export async function refusal<Row extends MediaFileModel, Facts extends StoredFacts>(
  repo: MediaRepo<Row, Facts>,
  owner: Owner,
  id: string,
): Promise<ObjectStoreError> {
  const visible = await repo.findVisible(id, owner);
  if (visible !== null && visible.userId !== owner) {
    return notYours();
  }
  return new FileNotFoundError(id);
}
