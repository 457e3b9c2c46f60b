import type { S3Error } from "@repo/s3-provider";

import { FileNotFoundError, type ObjectStoreError } from "../errors.js";
import { errorFacts } from "../logger.js";
import type { MediaFileModel } from "../models/media-file.model.js";
import type { DeleteResult, WriteOptions } from "../provider.js";
import { rootOf } from "../repo/caller-transaction.js";
import type { Owner } from "../repo/conditions.js";
import type { MediaRepo, StoredFacts } from "../repo/media-repo.js";
import { storageFailure } from "../upload/storage-failure.js";
import { checkIds, normalizedFileId } from "./check.js";
import type { Dependencies } from "./dependencies.js";
import { notYours } from "./refusal.js";

const MAX_IDS = 10_000;

/**
 * Deletes many files as `deleteFile` does one: first for readers, then their objects, 1,000 a
 * request, then their rows.
 */
export async function deleteFiles<Row extends MediaFileModel, Facts extends StoredFacts>(
  dependencies: Dependencies,
  repo: MediaRepo<Row, Facts>,
  owner: Owner,
  ids: readonly string[],
  { transaction }: WriteOptions,
): Promise<DeleteResult[]> {
  const { leaseSeconds, logger } = dependencies;
  const asked = checkIds("deleteMany", ids, MAX_IDS);
  const wanted = [...new Set(asked.map(normalizedFileId).filter((id) => id !== undefined))];
  const rows = await repo.markAllDeleting(wanted, owner, leaseSeconds, { transaction });
  const failures = await refusals(repo, owner, wanted, rows);
  if (transaction === undefined) {
    for (const [id, error] of await removeObjects(dependencies, repo, rows)) {
      failures.set(id, storageFailure("delete the file", error));
    }
  } else if (rows.length > 0) {
    const marked = rows.map(({ id }) => id);
    rootOf(transaction).afterCommit(async () => {
      try {
        // Sequelize runs the hooks also when COMMIT failed: only the committed state is believed.
        const committed = await repo.claimAllDeleting(marked, leaseSeconds);
        const [failure] = (await removeObjects(dependencies, repo, committed)).values();
        if (failure !== undefined) throw failure;
      } catch (error) {
        logger.warn("deleted files' objects are left to the sweeper", errorFacts(error));
      }
    });
  }
  return asked.map((id) => {
    const fileId = normalizedFileId(id);
    const error = fileId === undefined ? new FileNotFoundError(id) : failures.get(fileId);
    return error === undefined ? { id, deleted: true } : { id, deleted: false, error };
  });
}

/** Why files were not marked, by their ids. */
async function refusals<Row extends MediaFileModel, Facts extends StoredFacts>(
  repo: MediaRepo<Row, Facts>,
  owner: Owner,
  wanted: readonly string[],
  marked: readonly Row[],
): Promise<Map<string, ObjectStoreError>> {
  const done = new Set(marked.map(({ id }) => id));
  const missing = wanted.filter((id) => !done.has(id));
  if (missing.length === 0) return new Map();
  const foreign = (await repo.findAllVisible(missing, owner)).filter((row) => row.userId !== owner);
  const denied = new Set(foreign.map(({ id }) => id));
  return new Map(
    missing.map((id) => [id, denied.has(id) ? notYours() : new FileNotFoundError(id)]),
  );
}

/** @returns the files whose objects may still be there, which a sweep will remove */
async function removeObjects<Row extends MediaFileModel, Facts extends StoredFacts>(
  { s3 }: Dependencies,
  repo: MediaRepo<Row, Facts>,
  rows: readonly Row[],
): Promise<Map<string, S3Error>> {
  if (rows.length === 0) return new Map();
  const idsByKey = new Map(rows.map(({ id, s3Key }) => [s3Key, id]));
  const { failed } = await s3.deleteMany([...idsByKey.keys()]);
  const failures = new Map(failed.map(({ key, error }) => [idsByKey.get(key) ?? "", error]));
  await repo.deleteAll(rows.map(({ id }) => id).filter((id) => !failures.has(id)));
  return failures;
}
