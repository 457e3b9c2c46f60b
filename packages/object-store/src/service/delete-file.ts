import { errorFacts } from "../logger.js";
import type { MediaFileModel } from "../models/media-file.model.js";
import type { WriteOptions } from "../provider.js";
import type { Owner } from "../repo/conditions.js";
import type { MediaRepo, StoredFacts } from "../repo/media-repo.js";
import { rootOf } from "../repo/caller-transaction.js";
import { storageFailure } from "../upload/storage-failure.js";
import { checkFileId } from "./check.js";
import type { Dependencies } from "./dependencies.js";
import { refusal } from "./refusal.js";

/**
 * Deletes one file: first for readers, then its object, then its row. Inside a caller's
 * transaction the object is touched only after the commit.
 */
export async function deleteFile<Row extends MediaFileModel, Facts extends StoredFacts>(
  dependencies: Dependencies,
  repo: MediaRepo<Row, Facts>,
  owner: Owner,
  id: string,
  { transaction }: WriteOptions,
): Promise<void> {
  const { leaseSeconds, logger } = dependencies;
  const fileId = checkFileId(id);
  const row = await repo.markDeleting(fileId, owner, leaseSeconds, { transaction });
  if (row === null) throw await refusal(repo, owner, fileId);
  if (transaction === undefined) {
    await removeObject(dependencies, repo, row);
    return;
  }
  rootOf(transaction).afterCommit(async () => {
    try {
      // Sequelize runs the hooks also when COMMIT failed: only the committed state is believed.
      const committed = await repo.claimDeleting(fileId, leaseSeconds);
      if (committed !== null) await removeObject(dependencies, repo, committed);
    } catch (error) {
      logger.warn("a deleted file's object is left to the sweeper", {
        fileId,
        ...errorFacts(error),
      });
    }
  });
}

async function removeObject<Row extends MediaFileModel, Facts extends StoredFacts>(
  { s3 }: Dependencies,
  repo: MediaRepo<Row, Facts>,
  row: Row,
): Promise<void> {
  try {
    await s3.delete(row.s3Key);
  } catch (error) {
    throw storageFailure("delete the file", error);
  }
  await repo.delete(row.id, "deleting");
}
