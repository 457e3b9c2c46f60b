import type { Model, ModelCtor } from "sequelize-typescript";

import { fill } from "../sequelize-internals.js";

interface Attribute {
  readonly field?: string;
  readonly type: { readonly key: string };
}

/** How a type is selected in a form that no setting of the session changes, and read. */
interface Form {
  select(column: string): string;
  read(value: unknown): unknown;
}

/** By the keys of Sequelize's types. */
const FORMS: Readonly<Record<string, Form>> = {
  // ISO 8601, whatever DateStyle and TimeZone are.
  DATE: {
    select: (column) => `to_json(${column})`,
    read: (value) => (value === null ? null : new Date(value as string)),
  },
  // The eight bytes, as text depends on extra_float_digits.
  "DOUBLE PRECISION": {
    select: (column) => `float8send(${column})`,
    read: (value) => (value === null ? null : (value as Buffer).readDoubleBE()),
  },
};

/**
 * The columns of a model that a prepared statement gives, and the instances made of its rows. What
 * {@link ModelColumns.list} selects, only the instances read: use no value of a row by itself.
 */
export class ModelColumns<Row extends Model> {
  readonly #model: ModelCtor<Row>;
  readonly #attributes: readonly string[];
  readonly #fields: readonly string[];
  readonly #forms: readonly (Form | undefined)[];

  /**
   * @param attributes those to read, in this order; all of the model's when absent
   * @throws TypeError when the model has no such attribute
   */
  constructor(model: ModelCtor<Row>, attributes?: readonly string[]) {
    const known = model.getAttributes() as Record<string, Attribute>;
    this.#model = model;
    this.#attributes = attributes ?? Object.keys(known);
    this.#fields = this.#attributes.map((name) => {
      const attribute = known[name];
      if (attribute === undefined) throw new TypeError(`${model.name} has no attribute ${name}`);
      return attribute.field ?? name;
    });
    this.#forms = this.#attributes.map((name) => FORMS[known[name]?.type.key ?? ""]);
  }

  /** How many columns there are. */
  get length(): number {
    return this.#attributes.length;
  }

  /**
   * The columns as SELECT and RETURNING list them. Dates and doubles are expressions that have the
   * names of their columns: to sort by one, name it with its table.
   *
   * @param table the table's name or alias, where the statement has several
   */
  list(table?: string): string {
    const columns = this.#expressions(table).map((expression, index) =>
      this.#forms[index] === undefined
        ? expression
        : `${expression} AS "${this.#fields[index] ?? ""}"`,
    );
    return columns.join(", ");
  }

  /** SQL for the values as one JSON array, for columns that JSON can hold: no bytes and no doubles. */
  json(table?: string): string {
    return `json_build_array(${this.#expressions(table).join(", ")})`;
  }

  #expressions(table: string | undefined): string[] {
    const prefix = table === undefined ? "" : `"${table}".`;
    return this.#fields.map((field, index) => {
      const column = `${prefix}"${field}"`;
      return this.#forms[index]?.select(column) ?? column;
    });
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
      const form = this.#forms[index];
      values[name] = form === undefined ? row[index] : form.read(row[index]);
    });
    const instance = this.#model.build(undefined, { isNewRecord: false, raw: true });
    fill(instance, values);
    return instance;
  }
}
