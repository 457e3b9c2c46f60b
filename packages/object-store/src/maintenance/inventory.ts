import type { ListedObject } from "@repo/s3-provider";

import { described } from "../described.js";
import { InvalidInputError } from "../errors.js";
import type { Folder, ServedKind } from "../kinds.js";
import type { Inventory, InventoryRow } from "../repo/inventory-repo.js";
import { MAX_KEYS } from "../remove-objects.js";
import { throwIfAborted } from "../upload/abort.js";
import type { StorageClient } from "../upload/storage-client.js";
import type { Batches } from "./merge-by-key.js";

/** The rows of one table and the folder of their objects. */
export interface InventoryFolder {
  folder: Folder;
  rows: Inventory;
}

/** The files of one kind, or the variants. */
export interface InventoryKind {
  kind: ServedKind;
  rows: Inventory;
}

/**
 * Objects of a listing that are held at a time. When most of 100 or more objects of one literal survive a
 * collection, V8 may allocate all further ones in its old generation (allocation site pretenuring),
 * which only a full collection frees. With 1,000, one audit in five of a million objects grew by 80 MB.
 * Rows do not come from a literal.
 */
const OBJECTS = 64;

/** Every file and direct upload, by key. Takes the folders in the order of their names. */
export class RowsInKeyOrder implements Batches<InventoryRow> {
  #folder = 0;
  #after = "";

  constructor(private readonly folders: readonly InventoryFolder[]) {}

  async next(): Promise<InventoryRow[]> {
    for (;;) {
      const folder = this.folders[this.#folder];
      if (folder === undefined) return [];
      const rows = await folder.rows.page(this.#after, MAX_KEYS);
      this.#after = rows.at(-1)?.s3Key ?? "";
      if (rows.length < MAX_KEYS) {
        this.#folder += 1;
        this.#after = "";
      }
      if (rows.length > 0) return rows;
    }
  }

  keyOf({ s3Key }: InventoryRow): string {
    return s3Key;
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

/** The objects of a listing whose keys the module made. */
export class OwnObjects implements Batches<ListedObject> {
  readonly #listing: AsyncIterator<ListedObject>;
  #isOver = false;
  #last = "";

  constructor(
    listing: AsyncIterable<ListedObject>,
    private readonly isOwn: (key: string) => boolean,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.#listing = listing[Symbol.asyncIterator]();
  }

  /**
   * @throws InvalidInputError (`invalid_input`) when the keys of the listing do not ascend
   * @throws OperationAbortedError (`operation_aborted`) by the signal, also among keys of others
   */
  async next(): Promise<ListedObject[]> {
    const objects: ListedObject[] = [];
    while (objects.length < OBJECTS && !this.#isOver) {
      // Until it returns another object: a listing that ended or failed is not read again.
      this.#isOver = true;
      const step = await this.#listing.next();
      if (step.done === true) break;
      this.#isOver = false;
      throwIfAborted(this.signal);
      const key: unknown = (step.value as ListedObject | null | undefined)?.key;
      if (typeof key !== "string")
        throw new InvalidInputError(
          `A listing must give objects whose key is a string, and ${described(key)} came.`,
        );
      if (!this.isOwn(key)) continue;
      if (key <= this.#last) {
        throw new InvalidInputError(
          "A listing must give each key once, in ascending byte order, and a key came that is not behind the one before it.",
        );
      }
      this.#last = key;
      objects.push(step.value);
    }
    return objects;
  }

  keyOf({ key }: ListedObject): string {
    return key;
  }

  /** Ends the listing early. */
  async close(): Promise<void> {
    if (!this.#isOver) await this.#listing.return?.();
  }
}
