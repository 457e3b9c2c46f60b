import type { StorageClient } from "./upload/storage-client.js";
import type { Sequelize } from "sequelize-typescript";

import { type ObjectStoreLogger, silentLogger } from "./logger.js";
import { sweepExpired, type SweepReport } from "./maintenance/sweep.js";
import { modelsFor } from "./repo/models-for.js";
import { SweepRepo } from "./repo/sweep-repo.js";
import { checkInteger } from "./service/check.js";

export type { SweepReport };

export interface MaintenanceOptions {
  database: Sequelize;
  s3: StorageClient;
  /** As given to the provider; 600 by default. */
  leaseSeconds?: number;
  /** Hears of what could not be swept, and why; silent by default. */
  logger?: ObjectStoreLogger;
}

/** What operators run beside the application. */
export interface ObjectStoreMaintenance {
  /**
   * Finishes what crashed: removes what expired uploads and deletions left. Any number may run at
   * once. What S3 would not remove is counted as `failed` and tried again by the next sweep.
   *
   * @throws DatabaseUnavailableError (`database_unavailable`), DatabaseError (`database_error`)
   */
  sweep(): Promise<SweepReport>;
}

export function objectStoreMaintenance(options: MaintenanceOptions): ObjectStoreMaintenance {
  const { database, s3, logger = silentLogger } = options;
  const leaseSeconds = checkInteger("leaseSeconds", options.leaseSeconds ?? 600, 10, 86_400);
  const models = modelsFor(database);
  const imageRepo = new SweepRepo(models.image);
  const audioRepo = new SweepRepo(models.audio);
  const tools = { s3, logger, leaseSeconds };
  return Object.freeze({
    async sweep() {
      const images = await sweepExpired(imageRepo, "images", tools);
      const audio = await sweepExpired(audioRepo, "audio", tools);
      return {
        abandoned: images.abandoned + audio.abandoned,
        removed: images.removed + audio.removed,
        aborted: images.aborted + audio.aborted,
        failed: images.failed + audio.failed,
      };
    },
  });
}
