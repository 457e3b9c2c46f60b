import { type ListedMultipartUpload, S3AbortedError, S3Error } from "@repo/s3-provider";

import { FOLDERS } from "../kinds.js";
import { errorFacts } from "../logger.js";
import { fileIdOfKey } from "../upload/storage-key.js";
import type { SweepTools } from "./sweep-tools.js";

const BATCH = 200;

/**
 * Discards the multipart uploads that no running upload owns. Its row is always
 * committed before a multipart upload begins, so no clock but the database's decides.
 */
export async function abortStaleUploads(tools: SweepTools): Promise<void> {
  for (const folder of Object.values(FOLDERS)) await abortStaleUploadsBelow(`${folder}/`, tools);
}

async function abortStaleUploadsBelow(
  prefix: string,
  { repo, s3, logger, signal, report, batchDone }: SweepTools,
): Promise<void> {
  const tolerate = (message: string, error: unknown): void => {
    if (!(error instanceof S3Error) || error instanceof S3AbortedError) throw error;
    report.failed += 1;
    logger.warn(message, errorFacts(error));
  };
  const abortUnowned = async (uploads: ListedMultipartUpload[]): Promise<void> => {
    const owned = await repo.runningAmong(uploads.map(({ key }) => key));
    for (const upload of uploads.filter(({ key }) => !owned.has(key))) {
      try {
        await s3.abortMultipartUpload(upload, { signal });
        report.aborted += 1;
      } catch (error) {
        tolerate("a multipart upload could not be discarded", error);
      }
    }
    batchDone();
  };

  let batch: ListedMultipartUpload[] = [];
  try {
    for await (const upload of s3.listMultipartUploads({ prefix, signal })) {
      if (fileIdOfKey(upload.key) === undefined) continue;
      batch.push(upload);
      if (batch.length === BATCH) {
        await abortUnowned(batch);
        batch = [];
      }
    }
  } catch (error) {
    tolerate("multipart uploads could not be listed", error);
  }
  if (batch.length > 0) await abortUnowned(batch);
}
