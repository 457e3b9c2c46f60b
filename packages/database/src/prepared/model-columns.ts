import type { Model, ModelCtor } from "sequelize-typescript";

import { fill } from "./sequelize-internals.js";

/** The columns of a model that a prepared statement gives, and the instances made of its rows. */
export class ModelColumns<Row extends Model> {
  readonly #model: ModelCtor<Row>;
  readonly #attributes: readonly string[];
  readonly #fields: readonly string[];

  /**
   * @param attributes those to read, in this order; all of the model's when absent
   * @throws TypeError when the model has no such attribute
   */
  constructor(model: ModelCtor<Row>, attributes?: readonly string[]) {
    const known = model.getAttributes() as Record<string, { field?: string }>;
    this.#model = model;
    this.#attributes = attributes ?? Object.keys(known);
    this.#fields = this.#attributes.map((name) => {
      const attribute = known[name];
      if (attribute === undefined) throw new TypeError(`${model.name} has no attribute ${name}`);
      return attribute.field ?? name;
    });
  }

  /** How many columns there are. */
  get length(): number {
    return this.#attributes.length;
  }

  /**
   * The columns as SELECT and RETURNING list them.
   *
   * @param table the table's name or alias, where the statement has several
   */
  list(table?: string): string {
    const prefix = table === undefined ? "" : `"${table}".`;
    return this.#fields.map((field) => `${prefix}"${field}"`).join(", ");
  }

  /**
   * Instances as `findAll` would give them.
   *
   * @param rows values in the order of the columns; further ones are ignored
   */
  instances(rows: readonly (readonly unknown[])[]): Row[] {
    return rows.map((row) => this.instance(row));
  }

  /** @param row values in the order of the columns; further ones are ignored */
  instance(row: readonly unknown[]): Row {
    const values: Record<string, unknown> = {};
    this.#attributes.forEach((name, index) => {
      values[name] = row[index];
    });
    const instance = this.#model.build(undefined, { isNewRecord: false, raw: true });
    fill(instance, values);
    return instance;
  }
}
