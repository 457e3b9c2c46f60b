import { errorFacts } from "../../logger.js";
import type { DirectUploadModel } from "../../models/direct-upload.model.js";
import type { DirectUploadTools } from "./tools.js";

/** Removes what was staged and is of no use any more; what cannot be removed is the sweeper's. */
export async function discardStaged(
  { s3, logger }: DirectUploadTools,
  { id, s3Key: key, multipartId: uploadId }: DirectUploadModel,
  signal?: AbortSignal,
): Promise<void> {
  try {
    if (uploadId !== null) await s3.abortMultipartUpload({ key, uploadId }, { signal });
    await s3.delete(key, { signal });
  } catch (error) {
    logger.warn("a staged object is left to the sweeper", { id, ...errorFacts(error) });
  }
}
