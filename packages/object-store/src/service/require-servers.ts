import { type StorageClient, storageFailure } from "../upload/storage-client.js";

/** Below this prefix there is nothing. */
const NOWHERE = "ready/";

/** Rejects unless the database answers and the bucket can be listed. */
export async function requireServers(
  isReady: () => Promise<unknown>,
  s3: Pick<StorageClient, "list">,
): Promise<void> {
  const listing = async (): Promise<void> => {
    try {
      await s3.list({ prefix: NOWHERE })[Symbol.asyncIterator]().next();
    } catch (error) {
      throw storageFailure("list the bucket", error);
    }
  };
  await Promise.all([isReady(), listing()]);
}
