import type { Transaction } from "sequelize";

import type { StoredObjectModel } from "../models/stored-object.model.js";
import type { Owner } from "./conditions.js";
import type { NewFile, StatementOptions } from "./media-repo.js";

/** A new row: what is given, and the columns of its state. */
export type NewValues = NewFile & Readonly<Record<string, unknown>>;

/**
 * Where the rows of one kind of file are. Conditions and values are those of Sequelize by attribute,
 * with the expressions of `conditions.ts`; each call fails with an `ObjectStoreError`.
 */
export interface MediaTable<Row extends StoredObjectModel> {
  /** @throws InvalidInputError (`invalid_input`) unless the caller's transaction is READ COMMITTED */
  requireReadCommitted(transaction: Transaction): Promise<void>;
  /** @throws OwnerNotFoundError (`owner_not_found`) */
  insert(values: NewValues, options: StatementOptions): Promise<Row>;
  /** A ready file, whoever owns it. */
  findById(id: string): Promise<Row | null>;
  /** A ready file of this owner or system-wide. */
  findVisible(id: string, owner: Owner, options: StatementOptions): Promise<Row | null>;
  /** The ready files among these ids that are this owner's or system-wide, in no order. */
  findAllVisible(ids: readonly string[], owner: Owner): Promise<Row[]>;
  /** Whether a ready file of this owner or system-wide has this id. */
  exists(id: string, owner: Owner): Promise<boolean>;
  /** A row that meets the conditions, whatever its status. */
  findOne(where: object, options: StatementOptions): Promise<Row | null>;
  /** Changes the rows that meet the conditions, once nobody else holds them, and gives them back. */
  update(action: string, where: object, values: object, options: StatementOptions): Promise<Row[]>;
  /** Gives how many rows there were. */
  remove(where: object): Promise<number>;
}
