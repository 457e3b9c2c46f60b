import type { Transaction } from "sequelize";
import type { MakeNullishOptional } from "sequelize/types/utils";
import type { ModelCtor } from "sequelize-typescript";

import { InvalidInputError, OwnerNotFoundError } from "../../errors.js";
import type { StoredObjectModel } from "../../models/stored-object.model.js";
import { fromNow, leaseHeld, type Owner } from "../../repo/conditions.js";
import type { NewFile, StatementOptions } from "../../repo/media-repo.js";
import type { MediaTable, NewValues } from "../../repo/media-table.js";
import type { Values } from "./expressions.js";
import { MemoryRows } from "./memory-rows.js";
import { watch } from "./transactions.js";

/** Whether a user exists, who may own files. */
export type OwnerCheck = (userId: string) => boolean;

/** The rows of one kind of file in the memory of this process. */
export class MemoryTable<Row extends StoredObjectModel> implements MediaTable<Row> {
  readonly rows = new MemoryRows();

  constructor(
    private readonly model: ModelCtor<Row>,
    private readonly isOwner: OwnerCheck,
  ) {}

  requireReadCommitted(transaction: Transaction): Promise<void> {
    watch(transaction);
    const { options } = transaction as Transaction & { options: { isolationLevel?: string } };
    const level = options.isolationLevel ?? "READ COMMITTED";
    if (level === "READ COMMITTED") return Promise.resolve();
    return Promise.reject(
      new InvalidInputError(
        `An upload needs a transaction with the isolation level READ COMMITTED; it has ${level}.`,
      ),
    );
  }

  async insert(values: NewValues, { transaction }: StatementOptions): Promise<Row> {
    await Promise.resolve();
    const { userId } = values;
    if (userId !== null && !this.isOwner(userId)) throw new OwnerNotFoundError();
    return this.toModel(this.rows.insert({ ...this.#defaults(), ...values }, transaction));
  }

  insertPending(file: NewFile, leaseSeconds: number, options: StatementOptions): Promise<Row> {
    const state = { status: "pending", leaseExpiresAt: fromNow(leaseSeconds) };
    return this.insert({ ...file, ...state }, options);
  }

  async complete(id: string, facts: object, options: StatementOptions): Promise<Row | null> {
    const pending = { id, status: "pending", ...leaseHeld() };
    const ready = { ...facts, status: "ready", leaseExpiresAt: null };
    const [row] = await this.update("complete the upload", pending, ready, options);
    return row ?? null;
  }

  async findById(id: string): Promise<Row | null> {
    return this.#first({ id, status: "ready" });
  }

  async findVisible(id: string, owner: Owner, options: StatementOptions): Promise<Row | null> {
    return this.#first({ id, status: "ready", userId: [owner, null] }, options);
  }

  async findAllVisible(ids: readonly string[], owner: Owner): Promise<Row[]> {
    await Promise.resolve();
    return this.rows
      .select({ id: [...ids], status: "ready", userId: [owner, null] })
      .map((values) => this.toModel(values));
  }

  async exists(id: string, owner: Owner): Promise<boolean> {
    return (await this.findVisible(id, owner, {})) !== null;
  }

  async findOne(where: object, options: StatementOptions): Promise<Row | null> {
    return this.#first(where, options);
  }

  async update(
    _action: string,
    where: object,
    values: object,
    { transaction }: StatementOptions,
  ): Promise<Row[]> {
    const rows = await this.rows.update(where, { ...values }, transaction);
    return rows.map((row) => this.toModel(row));
  }

  remove(where: object): Promise<number> {
    return this.rows.remove(where);
  }

  /** An instance of its own for each reader. */
  toModel(values: Values): Row {
    return this.model.build(own(values) as MakeNullishOptional<Row["_creationAttributes"]>, {
      isNewRecord: false,
      raw: true,
    });
  }

  /** What columns hold that nobody gave: their default, or null. */
  #defaults(): Values {
    const attributes: [string, { defaultValue?: unknown }][] = Object.entries(
      this.model.getAttributes(),
    );
    return Object.fromEntries(
      attributes.map(([name, { defaultValue }]) => [
        name,
        typeof defaultValue === "function" ? null : (defaultValue ?? null),
      ]),
    );
  }

  async #first(where: object, { transaction }: StatementOptions = {}): Promise<Row | null> {
    await Promise.resolve();
    const [values] = this.rows.select(where, transaction);
    return values === undefined ? null : this.toModel(values);
  }
}

/** Values that nobody else can change. */
function own(values: Values): Values {
  const entries = Object.entries(values).map(([name, value]) => {
    if (value instanceof Date) return [name, new Date(value)];
    if (Buffer.isBuffer(value)) return [name, Buffer.from(value)];
    return [name, typeof value === "object" && value !== null ? { ...value } : value];
  });
  return Object.fromEntries(entries) as Values;
}
