import { type MediaBody, objectStoreProvider, type ObjectStoreProvider } from "@repo/object-store";
import type { S3Provider } from "@repo/s3-provider";
import type { Sequelize } from "sequelize";

const PLANS = {
  free: { bytes: 500_000_000, files: 200 },
  paid: { bytes: 50_000_000_000 },
} as const;

export type Plan = keyof typeof PLANS;

export function quotaStore(
  database: Sequelize,
  s3: S3Provider,
  planOf: (userId: string) => Promise<Plan>,
): ObjectStoreProvider {
  const quota = async (userId: string) => PLANS[await planOf(userId)];
  return objectStoreProvider({ database, s3, quota });
}

/** `quota_exceeded` where it has no room: HTTP 413. */
export async function addWithinQuota(store: ObjectStoreProvider, userId: string, body: MediaBody) {
  const mine = store.forUser(userId);
  const { file } = await mine.images.upload({ body });
  const { bytes, quota } = await mine.usage();
  return { id: file.id, used: bytes, limit: quota.bytes ?? null };
}
