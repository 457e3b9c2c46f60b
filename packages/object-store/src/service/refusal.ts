import { AccessDeniedError, FileNotFoundError, type ObjectStoreError } from "../errors.js";
import type { MediaFileModel } from "../models/media-file.model.js";
import type { Owner } from "../kinds.js";
import type { Files } from "../repo/media-repo.js";
import type { StatementOptions } from "../repo/statements.js";

export function notYours(): AccessDeniedError {
  return new AccessDeniedError("A system-wide file can be changed by the system's scope only.");
}

/** Why a scope could not change a file: it cannot see it, or it can see but not change it. */
export async function refusal<Row extends MediaFileModel>(
  repo: Files<Row>,
  owner: Owner,
  id: string,
  options: StatementOptions,
): Promise<ObjectStoreError> {
  const visible = await repo.visibleById(id, owner, { ...options, decides: true });
  if (visible !== null && visible.userId !== owner) {
    return notYours();
  }
  return new FileNotFoundError(id);
}
