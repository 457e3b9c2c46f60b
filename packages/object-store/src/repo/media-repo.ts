import type { Transaction } from "sequelize";

import type { MediaFileModel } from "../models/media-file.model.js";
import { fromNow, leaseHeld, type Owner } from "./conditions.js";
import type { FileTable } from "./file-table.js";

export interface NewFile {
  id: string;
  userId: Owner;
  s3Key: string;
  originalFilename: string | null;
  contentType: string;
  idempotencyKey?: string | null;
}

/** What every kind of file records when it becomes ready. */
export interface StoredFacts {
  byteSize: number;
  sha256: Buffer;
}

export interface StatementOptions {
  /** The caller's transaction. A repo never commits it or rolls it back. */
  transaction?: Transaction | undefined;
}

/**
 * The rows of one kind of file. Every transition is a compare-and-set on the status and on the
 * database's clock; it gives null or false when another party was faster.
 */
export abstract class MediaRepo<Row extends MediaFileModel, Facts extends StoredFacts> {
  constructor(private readonly table: FileTable<Row>) {}

  /** @throws InvalidInputError (`invalid_input`) unless the caller's transaction is READ COMMITTED */
  requireReadCommitted(transaction: Transaction): Promise<void> {
    return this.table.requireReadCommitted(transaction);
  }

  /** Records the intent to store a file: a pending row with a lease. */
  async create(file: NewFile, leaseSeconds: number, options: StatementOptions = {}): Promise<Row> {
    return this.table.insertPending(file, leaseSeconds, options);
  }

  /** A ready file, whoever owns it. */
  async findById(id: string): Promise<Row | null> {
    return this.table.findById(id);
  }

  /** A ready file of this owner or system-wide. */
  async findVisible(id: string, owner: Owner, options: StatementOptions = {}): Promise<Row | null> {
    return this.table.findVisible(id, owner, options);
  }

  /** The ready files among these ids that are this owner's or system-wide, in no order. */
  async findAllVisible(ids: readonly string[], owner: Owner): Promise<Row[]> {
    return this.table.findAllVisible(ids, owner);
  }

  /** Whether a ready file of this owner or system-wide has this id. */
  async exists(id: string, owner: Owner): Promise<boolean> {
    return this.table.exists(id, owner);
  }

  /** pending → ready, or null when the lease is over. */
  async markReady(id: string, facts: Facts, options: StatementOptions): Promise<Row | null> {
    return this.table.complete(id, facts, options);
  }

  /** Pushes the lease of a pending file out, or gives false when it is over. */
  async renewLease(id: string, leaseSeconds: number): Promise<boolean> {
    const renewed = await this.change(
      "renew the lease",
      { id, status: "pending", ...leaseHeld() },
      {
        values: { leaseExpiresAt: fromNow(leaseSeconds) },
      },
    );
    return renewed !== null;
  }

  /** pending → deleting, or null when the file is not pending any more. */
  async giveUpPending(id: string, graceSeconds: number): Promise<Row | null> {
    return this.change(
      "give up the upload",
      { id, status: "pending" },
      {
        values: deletingFor(graceSeconds),
      },
    );
  }

  /** ready → deleting; a file that is deleting already stays so and is given back as well. */
  async markDeleting(
    id: string,
    owner: Owner,
    leaseSeconds: number,
    options: StatementOptions,
  ): Promise<Row | null> {
    return this.change(
      "delete the file",
      { id, userId: owner, status: ["ready", "deleting"] },
      {
        values: deletingFor(leaseSeconds),
        ...options,
      },
    );
  }

  /** The same for many: those of these files that are this owner's, in no order. */
  async markAllDeleting(
    ids: readonly string[],
    owner: Owner,
    leaseSeconds: number,
    options: StatementOptions,
  ): Promise<Row[]> {
    return this.table.update(
      "delete files",
      { id: [...ids], userId: owner, status: ["ready", "deleting"] },
      deletingFor(leaseSeconds),
      options,
    );
  }

  /** Whether a file is deleting in the committed state, for one more lease of the caller's. */
  async claimDeleting(id: string, leaseSeconds: number): Promise<Row | null> {
    return this.change(
      "delete the file",
      { id, status: "deleting" },
      { values: { leaseExpiresAt: fromNow(leaseSeconds) } },
    );
  }

  /** Those of many that are, for one more lease of the caller's. */
  async claimAllDeleting(ids: readonly string[], leaseSeconds: number): Promise<Row[]> {
    const values = { leaseExpiresAt: fromNow(leaseSeconds) };
    return this.table.update("delete files", { id: [...ids], status: "deleting" }, values, {});
  }

  /** Removes the rows of deleting files whose objects are gone. */
  async deleteAll(ids: readonly string[]): Promise<void> {
    await this.table.remove({ id: [...ids], status: "deleting" });
  }

  /** Removes the row of a file whose object is gone or was never made. */
  async delete(id: string, status: "pending" | "deleting"): Promise<boolean> {
    return (await this.table.remove({ id, status })) > 0;
  }

  protected async change(
    action: string,
    where: object,
    change: StatementOptions & { values: object },
  ): Promise<Row | null> {
    const { values, ...options } = change;
    const [row] = await this.table.update(action, where, values, options);
    return row ?? null;
  }
}

function deletingFor(leaseSeconds: number): object {
  return { status: "deleting", idempotencyKey: null, leaseExpiresAt: fromNow(leaseSeconds) };
}
