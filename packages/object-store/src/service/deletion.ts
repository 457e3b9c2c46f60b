import type { MediaKind } from "@repo/media-inspection";
import type { Transaction } from "sequelize";

import { type Checked, checkIds, checkInteger, normalizedFileId } from "../checks.js";
import { FileNotFoundError, ObjectStoreError } from "../errors.js";
import type { DeleteOptions, DeleteResult } from "../provider.js";
import { type Removal, removeObjects, withVariants } from "../remove-objects.js";
import { databaseFailure } from "../repo/database-failure.js";
import { storageFailure } from "../upload/storage-client.js";
import { changeError } from "./change-error.js";
import type { CollectionScope } from "./dependencies.js";

const MAX_IDS = 10_000;

const MAX_TRASH_SECONDS = 31_536_000;

/**
 * Deletes files of one kind and owner: first for readers, then their objects, 1,000 a request. Inside
 * a caller's transaction no object is touched before the commit. Or moves them to the trash, with their
 * objects.
 */
export class Deletion<K extends MediaKind> {
  /** By id, why a file is not deleted, or its object not yet. */
  readonly #failures = new Map<string, ObjectStoreError>();

  readonly #restorableFor: number | undefined;
  readonly #transaction: Transaction | undefined;

  /** @throws InvalidInputError (`invalid_input`) */
  constructor(
    private readonly scope: CollectionScope<K>,
    { restorableFor: seconds, transaction }: Checked<DeleteOptions>,
  ) {
    this.#restorableFor =
      seconds === undefined
        ? undefined
        : checkInteger("restorableFor", seconds, 1, MAX_TRASH_SECONDS);
    this.#transaction = transaction;
  }

  /** A result for each id, in their order. */
  async run(ids: readonly string[]): Promise<DeleteResult[]> {
    const asked = checkIds("deleteMany", ids, MAX_IDS);
    const wanted = [...new Set(asked.map(normalizedFileId).filter((id) => id !== undefined))];
    if (this.#restorableFor !== undefined) await this.#trash(wanted, this.#restorableFor);
    else await this.#removeObjects(await this.#removeRows(wanted));
    return asked.map((id) => {
      const fileId = normalizedFileId(id);
      const error = fileId === undefined ? new FileNotFoundError(id) : this.#failures.get(fileId);
      return error === undefined ? { id, deleted: true } : { id, deleted: false, error };
    });
  }

  async #trash(ids: readonly string[], restorableFor: number): Promise<void> {
    const { dependencies, kind, owner } = this.scope;
    const options = { transaction: this.#transaction, restorableFor };
    const { removed, failed } = await dependencies.files[kind].trash(ids, owner, options);
    const trashed = new Set(removed);
    await this.#explain(
      ids.filter((id) => !trashed.has(id)),
      failed,
    );
  }

  /** Removes files for readers. Returns them, and those removed before whose objects still exist. */
  async #removeRows(ids: readonly string[]): Promise<Removal[]> {
    const { dependencies, kind, owner } = this.scope;
    const { files, journal, leaseSeconds } = dependencies;
    const options = { transaction: this.#transaction, leaseSeconds };
    const { removed, inUse, failed } = await files[kind].delete(ids, owner, options);
    for (const [id, error] of inUse) this.#failures.set(id, error);
    const done = new Set([...removed.map(({ id }) => id), ...inUse.keys()]);
    const missing = ids.filter((id) => !done.has(id));
    const objects = withVariants(removed);
    if (missing.length === 0) return objects;
    const earlier = await journal.claimFiles(missing, leaseSeconds, { kind, userId: owner });
    for (const { fileId } of earlier) done.add(fileId);
    await this.#explain(
      missing.filter((id) => !done.has(id)),
      failed,
    );
    return [...objects, ...earlier];
  }

  /** Finds out why files were not removed. */
  async #explain(ids: readonly string[], failed: ReadonlyMap<string, unknown>): Promise<void> {
    if (ids.length === 0) return;
    const { dependencies, kind, owner } = this.scope;
    const { files } = dependencies;
    const transaction = this.#transaction;
    const rows = await files[kind].ownOrVisible(ids, owner, { transaction });
    const byId = new Map(rows.map((row) => [row.id, row]));
    for (const id of ids) {
      const row = byId.get(id);
      const failure = databaseFailure("delete the file", failed.get(id));
      const isOwn = row !== undefined && row.userId === owner;
      this.#failures.set(
        id,
        isOwn && failure instanceof ObjectStoreError ? failure : changeError(id, row, owner),
      );
    }
  }

  async #removeObjects(removals: readonly Removal[]): Promise<void> {
    if (this.#transaction !== undefined) {
      const ids = removals.map(({ id }) => id);
      if (ids.length > 0) this.scope.dependencies.ends.of(this.#transaction).removeObjects(ids);
      return;
    }
    for (const [id, error] of await removeObjects(this.scope.dependencies, removals)) {
      this.#failures.set(id, storageFailure("delete the file", error));
    }
  }
}
