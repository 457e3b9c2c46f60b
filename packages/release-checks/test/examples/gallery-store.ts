import { objectStoreProvider, type ObjectStoreProvider } from "@repo/object-store";
import type { S3Provider } from "@repo/s3-provider";
import type { Sequelize } from "sequelize";

export const VARIANTS = {
  thumb: { width: 320, height: 320, position: "attention", format: "webp" },
  page: { width: 1600, format: "avif", withoutEnlargement: true },
} as const;

export function galleryStore(database: Sequelize, s3: S3Provider): ObjectStoreProvider {
  return objectStoreProvider({ database, s3, variants: VARIANTS });
}
