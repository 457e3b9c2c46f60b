import { type MultipartUpload, S3Error } from "@repo/s3-provider";

import { errorFacts } from "../logger.js";
import type { MediaFileModel } from "../models/media-file.model.js";
import type { SweepRepo } from "../repo/sweep-repo.js";
import { fileIdOfKey } from "../upload/storage-key.js";
import type { SweepTools } from "./sweep-tools.js";

const BATCH = 200;

interface AbortReport {
  aborted: number;
  failed: number;
}

/**
 * Discards the multipart uploads of one kind's files that no running upload owns. Its row is always
 * committed before a multipart upload begins, so no clock but the database's decides.
 */
export async function abortStaleUploads<Row extends MediaFileModel>(
  repo: SweepRepo<Row>,
  folder: "images" | "audio",
  { s3, logger }: SweepTools,
): Promise<AbortReport> {
  const report: AbortReport = { aborted: 0, failed: 0 };
  const abortUnowned = async (uploads: MultipartUpload[]): Promise<void> => {
    const running = await repo.findRunning(uploads.map(({ key }) => fileIdOfKey(key) ?? ""));
    const owned = new Set(running.map(({ s3Key }) => s3Key));
    for (const upload of uploads.filter(({ key }) => !owned.has(key))) {
      try {
        await s3.abortMultipartUpload(upload);
        report.aborted += 1;
      } catch (error) {
        report.failed += 1;
        logger.warn("a multipart upload could not be discarded", errorFacts(error));
      }
    }
  };

  let batch: MultipartUpload[] = [];
  try {
    for await (const upload of s3.listMultipartUploads({ prefix: `${folder}/` })) {
      if (fileIdOfKey(upload.key) === undefined) continue;
      batch.push(upload);
      if (batch.length === BATCH) {
        await abortUnowned(batch);
        batch = [];
      }
    }
  } catch (error) {
    if (!(error instanceof S3Error)) throw error;
    report.failed += 1;
    logger.warn("multipart uploads could not be listed", errorFacts(error));
  }
  await abortUnowned(batch);
  return report;
}
