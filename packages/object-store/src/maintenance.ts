import type { StorageClient } from "./upload/storage-client.js";
import type { Sequelize } from "sequelize-typescript";

import { sweepExpired, type SweepReport } from "./maintenance/sweep.js";
import { AudioRepo } from "./repo/audio-repo.js";
import { ImageRepo } from "./repo/image-repo.js";
import { modelsFor } from "./repo/models-for.js";
import { checkInteger } from "./service/check.js";

export type { SweepReport };

export interface MaintenanceOptions {
  database: Sequelize;
  s3: StorageClient;
  /** As given to the provider; 600 by default. */
  leaseSeconds?: number;
}

/** What operators run beside the application. */
export interface ObjectStoreMaintenance {
  /**
   * Finishes what crashed: removes what expired uploads and deletions left. Any number may run at
   * once.
   *
   * @throws DatabaseUnavailableError (`database_unavailable`)
   */
  sweep(): Promise<SweepReport>;
}

export function objectStoreMaintenance(options: MaintenanceOptions): ObjectStoreMaintenance {
  const { database, s3 } = options;
  const leaseSeconds = checkInteger("leaseSeconds", options.leaseSeconds ?? 600, 10, 86_400);
  const models = modelsFor(database);
  const imageRepo = new ImageRepo(models.image);
  const audioRepo = new AudioRepo(models.audio);
  return Object.freeze({
    async sweep() {
      const images = await sweepExpired(imageRepo, s3, leaseSeconds);
      const audio = await sweepExpired(audioRepo, s3, leaseSeconds);
      return {
        abandoned: images.abandoned + audio.abandoned,
        removed: images.removed + audio.removed,
        failed: images.failed + audio.failed,
      };
    },
  });
}
