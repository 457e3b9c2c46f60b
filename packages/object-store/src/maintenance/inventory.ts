import { type ListedObject, S3NotFoundError } from "@repo/s3-provider";

import { InvalidInputError } from "../errors.js";
import type { MediaKind } from "../inspection/media-facts.js";
import type { MediaFileModel } from "../models/media-file.model.js";
import type { InventoryRepo, InventoryRow, KeyPosition } from "../repo/inventory-repo.js";
import type { StorageClient } from "../upload/storage-client.js";

/** The rows of one kind of file, and the folder of its objects. */
export interface InventoryKind {
  kind: MediaKind;
  folder: "audio" | "images";
  repo: InventoryRepo<MediaFileModel>;
}

/** Rows that are held at a time. */
const BATCH = 1000;

/** Every row, in the order of the keys; the kinds are in the order of their folders. */
export async function* rowsInKeyOrder(
  kinds: readonly InventoryKind[],
): AsyncGenerator<InventoryRow, void, undefined> {
  for (const { repo } of kinds) {
    let after: KeyPosition | undefined;
    for (;;) {
      const rows = await repo.pageInKeyOrder({ after, limit: BATCH });
      yield* rows;
      after = rows.at(-1);
      if (rows.length < BATCH) break;
    }
  }
}

/** Every object below the folders, by key. */
export async function* objectsInKeyOrder(
  s3: StorageClient,
  kinds: readonly InventoryKind[],
  signal: AbortSignal | undefined,
): AsyncGenerator<ListedObject, void, undefined> {
  for (const { folder } of kinds) yield* s3.list({ prefix: `${folder}/`, signal });
}

/**
 * Those objects of a listing whose keys are ours.
 *
 * @throws InvalidInputError (`invalid_input`) when their keys do not ascend
 */
export async function* ownObjects(
  listing: AsyncIterable<ListedObject>,
  isOwn: (key: string) => boolean,
): AsyncGenerator<ListedObject, void, undefined> {
  let last = "";
  for await (const object of listing) {
    if (!isOwn(object.key)) continue;
    if (object.key <= last) {
      throw new InvalidInputError("A listing must give each key once, in ascending byte order.");
    }
    last = object.key;
    yield object;
  }
}

/** What there is under a key. */
export async function findObject(
  s3: StorageClient,
  key: string,
  signal: AbortSignal | undefined,
): Promise<Omit<ListedObject, "key"> | undefined> {
  try {
    return await s3.head(key, { signal });
  } catch (error) {
    if (error instanceof S3NotFoundError) return undefined;
    throw error;
  }
}
