import type { MediaKind } from "@repo/media-inspection";
import type { Transaction } from "sequelize";

import { checkIds, normalizedFileId } from "../checks.js";
import { FileNotFoundError, ObjectStoreError } from "../errors.js";
import type { DeleteResult } from "../provider.js";
import { type Removal, removeObjects, withVariants } from "../remove-objects.js";
import { databaseFailure } from "../repo/database-failure.js";
import { storageFailure } from "../upload/storage-client.js";
import { changeError } from "./change-error.js";
import type { CollectionScope } from "./dependencies.js";

const MAX_IDS = 10_000;

/**
 * Deletes files of one kind and owner: first for readers, then their objects, 1,000 a request. Inside
 * a caller's transaction no object is touched before the commit.
 */
export class Deletion<K extends MediaKind> {
  /** By id, why a file is not deleted, or its object not yet. */
  readonly #failures = new Map<string, ObjectStoreError>();

  constructor(
    private readonly scope: CollectionScope<K>,
    private readonly transaction: Transaction | undefined,
  ) {}

  /** A result for each id, in their order. */
  async run(ids: readonly string[]): Promise<DeleteResult[]> {
    const asked = checkIds("deleteMany", ids, MAX_IDS);
    const wanted = [...new Set(asked.map(normalizedFileId).filter((id) => id !== undefined))];
    await this.#removeObjects(await this.#removeRows(wanted));
    return asked.map((id) => {
      const fileId = normalizedFileId(id);
      const error = fileId === undefined ? new FileNotFoundError(id) : this.#failures.get(fileId);
      return error === undefined ? { id, deleted: true } : { id, deleted: false, error };
    });
  }

  /** Removes files for readers. Returns them, and those removed before whose objects still exist. */
  async #removeRows(ids: readonly string[]): Promise<Removal[]> {
    const { dependencies, kind, owner } = this.scope;
    const { files, journal, leaseSeconds } = dependencies;
    const { transaction } = this;
    const options = { transaction, leaseSeconds };
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
    const { transaction } = this;
    const visible = await files[kind].visibleByIds(ids, owner, { transaction, decides: true });
    const byId = new Map(visible.map((row) => [row.id, row]));
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
    if (this.transaction !== undefined) {
      const ids = removals.map(({ id }) => id);
      if (ids.length > 0) this.scope.dependencies.ends.of(this.transaction).removeObjects(ids);
      return;
    }
    for (const [id, error] of await removeObjects(this.scope.dependencies, removals)) {
      this.#failures.set(id, storageFailure("delete the file", error));
    }
  }
}
