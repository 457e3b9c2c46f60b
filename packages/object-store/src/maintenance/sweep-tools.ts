import type { ObjectStoreLogger } from "../logger.js";
import type { StorageClient } from "../upload/storage-client.js";

/** What the parts of a sweep work with. */
export interface SweepTools {
  s3: StorageClient;
  logger: ObjectStoreLogger;
  leaseSeconds: number;
}
