import { literal, Op, type Sequelize, type Transaction, type WhereOptions } from "sequelize";
import type { MakeNullishOptional } from "sequelize/types/utils";
import type { ModelCtor } from "sequelize-typescript";

import type { StoredObjectModel } from "../models/stored-object.model.js";
import { guarded } from "./database-failure.js";
import { requireReadCommitted } from "./isolation.js";
import { MediaReads } from "./media-reads.js";
import type { StatementOptions } from "./media-repo.js";
import type { MediaTable, NewValues } from "./media-table.js";
import { namingOwner } from "./naming-owner.js";

/** The rows of one kind of file in PostgreSQL. */
export class SqlTable<Row extends StoredObjectModel>
  extends MediaReads<Row>
  implements MediaTable<Row>
{
  readonly #model: ModelCtor<Row>;

  constructor(model: ModelCtor<Row>) {
    super(model);
    this.#model = model;
  }

  requireReadCommitted(transaction: Transaction): Promise<void> {
    return requireReadCommitted(this.#database, transaction);
  }

  get #database(): Sequelize {
    return this.#model.sequelize as Sequelize;
  }

  async insert(values: NewValues, { transaction }: StatementOptions): Promise<Row> {
    return guarded("record the upload", () =>
      namingOwner(values.userId, () =>
        this.#model.create(this.#values(values), {
          returning: true,
          transaction: transaction ?? null,
        }),
      ),
    );
  }

  async findOne(where: object, { transaction }: StatementOptions): Promise<Row | null> {
    return guarded("read a row", () =>
      this.#model.findOne({ where: this.#where(where), transaction: transaction ?? null }),
    );
  }

  async update(
    action: string,
    where: object,
    values: object,
    { transaction }: StatementOptions,
  ): Promise<Row[]> {
    const [, rows] = await guarded(action, () =>
      this.#model.update(this.#values(values), {
        where: this.#where(this.#lockedInOrder(where)),
        transaction: transaction ?? null,
        returning: true,
      }),
    );
    return rows;
  }

  async remove(where: object): Promise<number> {
    return guarded("remove the file's row", () =>
      this.#model.destroy({ where: this.#where(where), transaction: null }),
    );
  }

  /**
   * Many rows are locked in the order of their ids, so that two who change the same ones never
   * deadlock; only those of the owner, where the conditions name one.
   */
  #lockedInOrder(where: object): object {
    if (!("id" in where) || !Array.isArray(where.id) || where.id.length === 0) return where;
    // null too, which Sequelize's type leaves out.
    const escaped = (value: unknown): string => this.#database.escape(value as string);
    const conditions = [
      `id IN (${where.id.map(escaped).join(", ")})`,
      ...("userId" in where ? [`user_id IS NOT DISTINCT FROM ${escaped(where.userId)}`] : []),
    ].join(" AND ");
    const table = this.#model.getTableName() as string;
    const locked = `(SELECT id FROM "${table}" WHERE ${conditions} ORDER BY id FOR UPDATE)`;
    return { ...where, id: { [Op.in]: literal(locked) } };
  }

  /** Sequelize derives the types of conditions and values from the model, which is open here. */
  #where(conditions: object): WhereOptions<Row> {
    return conditions as WhereOptions<Row>;
  }

  #values(values: object): MakeNullishOptional<Row["_creationAttributes"]> {
    return values as MakeNullishOptional<Row["_creationAttributes"]>;
  }
}
