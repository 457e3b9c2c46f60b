import type { MediaKind } from "@repo/media-inspection";

import { type Checked, checkFileId, checkIds, normalizedFileId } from "../checks.js";
import { FileNotFoundError, ObjectStoreError } from "../errors.js";
import type { Owner } from "../kinds.js";
import type { MediaFileModel } from "../models/media-file.model.js";
import type { DeleteResult, WriteOptions } from "../provider.js";
import { removeObjects } from "../remove-objects.js";
import { databaseFailure } from "../repo/database-failure.js";
import type { Files } from "../repo/media-repo.js";
import { storageFailure } from "../upload/storage-client.js";
import type { Dependencies } from "./dependencies.js";
import { notYours } from "./refusal.js";

const MAX_IDS = 10_000;

interface Kind<Row extends MediaFileModel> {
  kind: MediaKind;
  repo: Files<Row>;
}

/** Deletes one file, as `deleteFiles` does many. */
export async function deleteFile<Row extends MediaFileModel>(
  dependencies: Dependencies,
  kind: Kind<Row>,
  owner: Owner,
  id: string,
  options: Checked<WriteOptions>,
): Promise<void> {
  const [result] = await deleteFiles(dependencies, kind, owner, [checkFileId(id)], options);
  if (result?.deleted === false) throw result.error;
}

/**
 * Deletes many files: first for readers, then their objects, 1,000 a request. Inside a caller's
 * transaction no object is touched before the commit. What was deleted before, and whose object is
 * still there, is tried again.
 */
export async function deleteFiles<Row extends MediaFileModel>(
  dependencies: Dependencies,
  { kind, repo }: Kind<Row>,
  owner: Owner,
  ids: readonly string[],
  { transaction }: Checked<WriteOptions>,
): Promise<DeleteResult[]> {
  const { leaseSeconds, journal, ends } = dependencies;
  const asked = checkIds("deleteMany", ids, MAX_IDS);
  const wanted = [...new Set(asked.map(normalizedFileId).filter((id) => id !== undefined))];
  const { removed, inUse, failed } = await repo.delete(wanted, owner, {
    transaction,
    leaseSeconds,
  });
  const failures = new Map<string, ObjectStoreError>(inUse);
  const done = new Set([...removed.map(({ id }) => id), ...inUse.keys()]);
  const missing = wanted.filter((id) => !done.has(id));
  const repeated =
    missing.length === 0
      ? []
      : await journal.claimRemovals(missing, leaseSeconds, { kind, userId: owner });
  const gone = new Set(repeated.map(({ id }) => id));
  const refused = missing.filter((id) => !gone.has(id));
  for (const [id, error] of await refusals(repo, owner, refused, { transaction, failed })) {
    failures.set(id, error);
  }
  const removals = [...removed, ...repeated];
  if (transaction !== undefined) {
    if (removals.length > 0) ends.of(transaction).removeObjects(removals.map(({ id }) => id));
  } else {
    for (const [id, error] of await removeObjects(dependencies, removals)) {
      failures.set(id, storageFailure("delete the file", error));
    }
  }
  return asked.map((id) => {
    const fileId = normalizedFileId(id);
    const error = fileId === undefined ? new FileNotFoundError(id) : failures.get(fileId);
    return error === undefined ? { id, deleted: true } : { id, deleted: false, error };
  });
}

/** Why a scope could not change files: it cannot see them, or it can see but not change them. */
async function refusals<Row extends MediaFileModel>(
  repo: Files<Row>,
  owner: Owner,
  ids: readonly string[],
  { transaction, failed }: Checked<WriteOptions> & { failed: ReadonlyMap<string, unknown> },
): Promise<Map<string, ObjectStoreError>> {
  if (ids.length === 0) return new Map();
  const visible = await repo.visibleByIds(ids, owner, { transaction, decides: true });
  const refused = new Map(
    visible.map(({ id, userId }) => {
      const failure = databaseFailure("delete the file", failed.get(id));
      const isFailure = userId === owner && failure instanceof ObjectStoreError;
      return [id, isFailure ? failure : userId === owner ? undefined : notYours()] as const;
    }),
  );
  return new Map(ids.map((id) => [id, refused.get(id) ?? new FileNotFoundError(id)]));
}
