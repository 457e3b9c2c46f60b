import type { ObjectStoreLogger } from "./logger.js";
import type { StorageClient } from "./upload/storage-client.js";

/** Buckets of which a log has been told. */
const told = new WeakSet<object>();

/** Logs once for each client that its bucket keeps what is deleted. */
export function warnOfVersions(
  { versions }: Pick<StorageClient, "versions">,
  logger: ObjectStoreLogger,
): void {
  if (versions?.sawDeleteMarker !== true || told.has(versions)) return;
  told.add(versions);
  logger.warn("the bucket has versioning: deleted files stay as noncurrent versions", {});
}
