import { objectStoreMaintenance } from "@repo/object-store/maintenance";
import type { S3Provider } from "@repo/s3-provider";
import type { Sequelize } from "sequelize";

import { VARIANTS } from "./gallery-store.js";

export async function fillGallery(database: Sequelize, s3: S3Provider, signal: AbortSignal) {
  const maintenance = objectStoreMaintenance({ database, s3, variants: VARIANTS });
  return maintenance.makeVariants({ signal });
}
