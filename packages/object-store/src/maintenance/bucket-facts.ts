import { errorFacts, type ObjectStoreLogger } from "../logger.js";
import type { StorageClient } from "../upload/storage-client.js";
import type { BucketFacts } from "./contract.js";
import { rethrowUnlessS3 } from "./long-call.js";

interface Dependencies {
  s3: StorageClient;
  logger: ObjectStoreLogger;
}

/** The state of the bucket's versioning; `unknown` when S3 fails or denies it, or cannot be asked. */
export async function versioningOf(
  { s3, logger }: Dependencies,
  signal: AbortSignal | undefined,
): Promise<BucketFacts["versioning"]> {
  try {
    return (await s3.versions?.status({ signal })) ?? "unknown";
  } catch (error) {
    rethrowUnlessS3(error);
    logger.warn("the bucket's versioning is not known", errorFacts(error));
    return "unknown";
  }
}

/** What the bucket keeps of deleted objects, and whether it can lock them. */
export async function bucketFacts(
  dependencies: Dependencies,
  signal: AbortSignal | undefined,
): Promise<BucketFacts> {
  const versioning = await versioningOf(dependencies, signal);
  const { s3, logger } = dependencies;
  // Object Lock needs versioning that is enabled.
  if (versioning === "off" || versioning === "suspended") return { versioning, objectLock: "off" };
  try {
    const hasLock = await s3.versions?.hasObjectLock({ signal });
    if (hasLock === undefined) return { versioning, objectLock: "unknown" };
    return { versioning, objectLock: hasLock ? "enabled" : "off" };
  } catch (error) {
    rethrowUnlessS3(error);
    logger.warn("the bucket's Object Lock is not known", errorFacts(error));
    return { versioning, objectLock: "unknown" };
  }
}
