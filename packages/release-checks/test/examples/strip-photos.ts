import { objectStoreMaintenance } from "@repo/object-store/maintenance";
import type { S3Provider } from "@repo/s3-provider";
import type { Sequelize } from "sequelize";

export async function stripPhotos(database: Sequelize, s3: S3Provider, signal: AbortSignal) {
  const maintenance = objectStoreMaintenance({ database, s3 });
  const left: string[] = [];
  const report = await maintenance.strip({
    privacy: "all",
    signal,
    onFinding: ({ fileId, message }) => {
      left.push(`${fileId}: ${message}`);
    },
  });
  return { ...report, left };
}
