import { UploadExpiredError } from "../errors.js";
import type { MediaFileModel } from "../models/media-file.model.js";
import type { ClaimedDirectUpload, Files } from "../repo/media-repo.js";
import type { Owner } from "../kinds.js";
import type { StatementOptions } from "../repo/statements.js";
import type { PendingUpload } from "../upload/pending-upload.js";
import type { Dependencies } from "./dependencies.js";

interface ToComplete {
  upload: PendingUpload;
  userId: Owner;
  /** By attribute of the file's model. */
  values: Readonly<Record<string, unknown>>;
  /** What becomes the file, if it was sent to S3 directly. */
  direct?: ClaimedDirectUpload;
}

/** upload → file: it exists from here on, or from the commit of the caller's transaction. */
export async function completeUpload<Row extends MediaFileModel>(
  { ends }: Pick<Dependencies, "ends">,
  files: Files<Row>,
  { upload, userId, values, direct }: ToComplete,
  { transaction }: StatementOptions,
): Promise<Row> {
  const { id, unansweredSeconds } = upload;
  const completion = { id, userId, unansweredSeconds, values };
  if (transaction !== undefined) ends.of(transaction).undoUpload(id, unansweredSeconds);
  let row: Row | null;
  try {
    row = await (direct === undefined
      ? files.create(completion, { transaction })
      : files.createFromDirectUpload(completion, direct, { transaction }));
  } catch (error) {
    // The end of the caller's transaction undoes the upload.
    if (transaction !== undefined) throw error;
    // Perhaps only the answer was lost.
    row = await files.byId(id).catch(() => null);
    if (row === null) {
      await upload.giveUp();
      throw error;
    }
  }
  if (row === null) {
    await upload.undoExpired();
    throw new UploadExpiredError();
  }
  return row;
}
