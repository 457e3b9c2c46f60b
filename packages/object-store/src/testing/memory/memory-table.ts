import type { Transaction } from "sequelize";
import type { MakeNullishOptional } from "sequelize/types/utils";
import type { Model, ModelCtor } from "sequelize-typescript";

import { type Models, MODELS } from "../../repo/models.js";
import { MemoryRows, type Values } from "./memory-rows.js";

/** The rows of one table in the memory of this process, read as instances of its model. */
export class MemoryTable<Row extends Model> {
  readonly rows = new MemoryRows();

  constructor(private readonly model: ModelCtor<Row>) {}

  /** The names of columns by attribute. */
  get columns(): ReadonlyMap<string, string> {
    const attributes: [string, { field?: string }][] = Object.entries(this.model.getAttributes());
    return new Map(attributes.map(([name, { field }]) => [name, field ?? name]));
  }

  select(meets: (row: Values) => boolean, transaction?: Transaction): Row[] {
    return this.rows.select(meets, transaction).map((row) => this.toModel(row));
  }

  first(meets: (row: Values) => boolean, transaction?: Transaction): Row | null {
    return this.select(meets, transaction)[0] ?? null;
  }

  insert(values: Values, transaction?: Transaction): Row {
    return this.toModel(this.rows.insert({ ...this.#defaults(), ...values }, transaction));
  }

  /** A new instance for each reader. */
  toModel(values: Values): Row {
    return this.model.build(
      own(values) as object as MakeNullishOptional<Row["_creationAttributes"]>,
      {
        isNewRecord: false,
        raw: true,
      },
    );
  }

  /** The values of columns that were not given: their default, or null. */
  #defaults(): object {
    const attributes: [string, { defaultValue?: unknown }][] = Object.entries(
      this.model.getAttributes(),
    );
    return Object.fromEntries(
      attributes
        .filter(([name]) => !["createdAt", "updatedAt"].includes(name))
        .map(([name, { defaultValue }]) => [
          name,
          typeof defaultValue === "function" ? null : (defaultValue ?? null),
        ]),
    );
  }
}

/** A copy of the values. */
function own(values: Values): Values {
  const entries = Object.entries(values).map(([name, value]) => {
    if (value instanceof Date) return [name, new Date(value)];
    if (Buffer.isBuffer(value)) return [name, Buffer.from(value)];
    return [name, structuredClone(value)];
  });
  return Object.fromEntries(entries) as Values;
}

/** The tables in memory, by the names of {@link Models}. */
export type MemoryTables = { readonly [Name in keyof Models]: MemoryTable<Models[Name]> };

export function memoryTables(): MemoryTables {
  return {
    image: new MemoryTable(MODELS.image),
    audio: new MemoryTable(MODELS.audio),
    direct_upload: new MemoryTable(MODELS.direct_upload),
    journal: new MemoryTable(MODELS.journal),
    variant: new MemoryTable(MODELS.variant),
    variant_failure: new MemoryTable(MODELS.variant_failure),
    event: new MemoryTable(MODELS.event),
    grant: new MemoryTable(MODELS.grant),
  };
}

/** A time that many seconds from now, by the clock of this process. */
export function fromNow(seconds: number): Date {
  return new Date(Date.now() + seconds * 1000);
}

/** @param at milliseconds since 1970; now when absent */
export function isOver(time: unknown, at = Date.now()): boolean {
  return time instanceof Date && time.getTime() <= at;
}
