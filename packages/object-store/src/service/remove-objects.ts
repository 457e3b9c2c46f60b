import type { Journal } from "../repo/journal-repo.js";
import type { StorageClient } from "../upload/storage-client.js";

interface Tools {
  journal: Pick<Journal, "forget">;
  s3: Pick<StorageClient, "delete" | "deleteMany">;
}

/**
 * Removes the objects of removals, and ends those.
 *
 * @returns by id, why objects may still be there; a sweep will remove them
 */
export async function removeObjects(
  { journal, s3 }: Tools,
  removals: readonly { id: string; s3Key: string }[],
  signal?: AbortSignal,
): Promise<Map<string, unknown>> {
  const [first, ...others] = removals;
  const failures = new Map<string, unknown>();
  if (first === undefined) return failures;
  if (others.length === 0) {
    await s3.delete(first.s3Key, { signal }).catch((error: unknown) => {
      failures.set(first.id, error);
    });
  } else {
    const ids = new Map(removals.map(({ id, s3Key }) => [s3Key, id]));
    const { failed } = await s3.deleteMany([...ids.keys()], { signal });
    for (const { key, error } of failed) failures.set(ids.get(key) ?? "", error);
  }
  await journal.forget(removals.map(({ id }) => id).filter((id) => !failures.has(id)));
  return failures;
}
