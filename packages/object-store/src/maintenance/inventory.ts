import type { ListedObject } from "@repo/s3-provider";

import { described } from "../described.js";
import { InvalidInputError } from "../errors.js";
import type { Folder, MediaKind } from "../kinds.js";
import type { InventoryRepo, InventoryRow, KeyPosition } from "../repo/inventory-repo.js";
import { MAX_KEYS } from "../remove-objects.js";
import { throwIfAborted } from "../throw-if-aborted.js";
import type { StorageClient } from "../upload/storage-client.js";
import type { Batches } from "./merge-by-key.js";

/** Rows, and the folder of their objects. */
export interface InventoryFolder {
  folder: Folder;
  rows: InventoryRepo;
}

/** Those of one kind of file. */
export interface InventoryKind extends InventoryFolder {
  kind: MediaKind;
}

/**
 * Objects of a listing that are held here. Once a hundred or more that one literal makes, and most of
 * those that it made, live through a collection, V8 may make all further ones in its old generation
 * (allocation site pretenuring), where they lie until it next collects all of its heap. When they
 * were held by the thousand, an audit of a million grew by 80 MB, one time in five. The rows are of
 * no literal.
 */
const OBJECTS = 64;

/** Every file and staged upload, in the order of the keys; the folders are in their own order. */
export class RowsInKeyOrder implements Batches<InventoryRow> {
  #folder = 0;
  #after: KeyPosition | undefined;

  constructor(private readonly folders: readonly InventoryFolder[]) {}

  async next(): Promise<InventoryRow[]> {
    for (;;) {
      const folder = this.folders[this.#folder];
      if (folder === undefined) return [];
      const rows = await folder.rows.pageInKeyOrder({ after: this.#after, limit: MAX_KEYS });
      this.#after = rows.at(-1);
      if (rows.length < MAX_KEYS) {
        this.#folder += 1;
        this.#after = undefined;
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

/** Those objects of a listing whose keys are ours. */
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
   * @throws OperationAbortedError (`operation_aborted`) by the signal, however many keys are not ours
   */
  async next(): Promise<ListedObject[]> {
    const objects: ListedObject[] = [];
    while (objects.length < OBJECTS && !this.#isOver) {
      // Until it gives another object: nothing more is asked of a listing that has ended or failed.
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

  /** Lets go of the listing before its end. */
  async close(): Promise<void> {
    if (!this.#isOver) await this.#listing.return?.();
  }
}
