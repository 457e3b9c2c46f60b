import type { S3Error } from "@repo/s3-provider";

import type { ObjectStoreLogger } from "./logger.js";
import type { MediaFileModel } from "./models/media-file.model.js";
import type { Journal } from "./repo/journal-repo.js";
import type { StorageClient } from "./upload/storage-client.js";
import { warnOfVersions } from "./warn-of-versions.js";

/** As many keys as one DeleteObjects takes. */
export const MAX_KEYS = 1000;

/** A row of the journal, or of a file that was moved there, whose object has to go. */
export interface Removal {
  id: string;
  s3Key: string;
  /** The deleted file that it was a variant of, or is. */
  fileId?: string;
}

/** The objects of deleted files, and of the variants that were deleted with them. */
export function withVariants(files: readonly MediaFileModel[]): Removal[] {
  return files.flatMap((file) =>
    [file, ...(file.variants ?? [])].map(({ id, s3Key }) => ({ id, s3Key, fileId: file.id })),
  );
}

export interface RemovalDependencies {
  journal: Pick<Journal, "forget">;
  s3: Pick<StorageClient, "delete" | "deleteMany" | "versions">;
  logger: ObjectStoreLogger;
}

interface BatchOptions {
  signal?: AbortSignal | undefined;
  unfinished?: Iterable<readonly [id: string, error: S3Error]>;
}

/** Deletes one object and ends its removal. */
export async function removeObject(
  { journal, s3, logger }: RemovalDependencies,
  { id, s3Key }: Removal,
  signal?: AbortSignal,
): Promise<void> {
  await s3.delete(s3Key, { signal });
  warnOfVersions(s3, logger);
  await journal.forget([id]);
}

/**
 * Deletes objects with DeleteObjects and ends their removals. That of a file fails with those of its
 * variants.
 *
 * @param options `unfinished`: by id, removals that must not end, and why
 * @returns by id, why objects may still exist; and the ids of the removals that ended, which those
 *   do not whose object a late request may create again
 */
export async function removeBatch(
  { journal, s3, logger }: RemovalDependencies,
  removals: readonly Removal[],
  { signal, unfinished = [] }: BatchOptions = {},
): Promise<{ failures: Map<string, S3Error>; ended: Set<string> }> {
  const ids = new Map(removals.map(({ id, s3Key }) => [s3Key, id]));
  const { failed } = await s3.deleteMany([...ids.keys()], { signal });
  warnOfVersions(s3, logger);
  const failures = new Map(unfinished);
  for (const { key, error } of failed) failures.set(ids.get(key) ?? "", error);
  // The removal of a file stays with that of a variant that failed, which is found by it.
  for (const { id, fileId = id } of removals) {
    const error = failures.get(id);
    if (error !== undefined) failures.set(fileId, error);
  }
  const ended = await journal.forget([...ids.values()].filter((id) => !failures.has(id)));
  return { failures, ended };
}

/**
 * Deletes objects and ends their removals; a single object without DeleteObjects.
 *
 * @returns by id, why objects may still exist; a sweep will remove them
 */
export async function removeObjects(
  dependencies: RemovalDependencies,
  removals: readonly Removal[],
  signal?: AbortSignal,
): Promise<Map<string, unknown>> {
  const [first, second] = removals;
  if (first === undefined) return new Map();
  if (second !== undefined) return (await removeBatch(dependencies, removals, { signal })).failures;
  const { journal, s3, logger } = dependencies;
  try {
    await s3.delete(first.s3Key, { signal });
    warnOfVersions(s3, logger);
  } catch (error) {
    const { id, fileId = id } = first;
    return new Map([
      [id, error],
      [fileId, error],
    ]);
  }
  await journal.forget([first.id]);
  return new Map();
}
