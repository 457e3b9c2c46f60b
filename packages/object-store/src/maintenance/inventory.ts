import { type ListedObject, S3NotFoundError } from "@repo/s3-provider";

import { InvalidInputError } from "../errors.js";
import type { MediaKind } from "../inspection/media-facts.js";
import type { StoredObjectModel } from "../models/stored-object.model.js";
import type { InventoryRepo, InventoryRow, KeyPosition } from "../repo/inventory-repo.js";
import type { StorageClient } from "../upload/storage-client.js";

/** Rows, and the folder of their objects. */
export interface InventoryFolder {
  folder: "audio" | "images" | "staging";
  repo: InventoryRepo<StoredObjectModel>;
}

/** Those of one kind of file. */
export interface InventoryKind extends InventoryFolder {
  kind: MediaKind;
}

/** Rows that are held at a time. */
const BATCH = 1000;

/** Every row, in the order of the keys; the folders are in their own order. */
export async function* rowsInKeyOrder(
  folders: readonly InventoryFolder[],
): AsyncGenerator<InventoryRow, void, undefined> {
  for (const { repo } of folders) {
    let after: KeyPosition | undefined;
    for (;;) {
      const rows = await repo.pageInKeyOrder({ after, limit: BATCH });
      const isLast = rows.length < BATCH;
      after = rows.at(-1);
      yield* rows;
      // What promises of past pages still hold would pile up until V8 next collects all of its heap.
      rows.length = 0;
      if (isLast) break;
    }
  }
}

/** Every object below the folders, by key. */
export async function* objectsInKeyOrder(
  s3: StorageClient,
  folders: readonly InventoryFolder[],
  signal: AbortSignal | undefined,
): AsyncGenerator<ListedObject, void, undefined> {
  for (const { folder } of folders) yield* s3.list({ prefix: `${folder}/`, signal });
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
