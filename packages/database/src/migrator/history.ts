import {
  ForeignHistoryTableError,
  InvalidHistoryTableError,
  MigrationHistoryError,
} from "../errors.js";
import type { MigrationContext } from "./migration.js";

type Query = MigrationContext["query"];

/** The table that records which migrations were applied. */
export interface HistoryTable {
  /** Names its schema, which must exist. By default, the search path decides. */
  readonly schema?: string;
  /** Default: `schema_migrations`. */
  readonly name?: string;
}

/** When each migration was applied, by name. */
export type AppliedMigrations = ReadonlyMap<string, Date>;

/** PostgreSQL cuts longer names. */
const MAX_NAME_BYTES = 63;

const COLUMNS = ["name", "applied_at"];

/** The record of the migrations that were applied. */
export class History {
  /** The name of the table, quoted, with its schema. */
  readonly #table: string;

  /** @throws InvalidHistoryTableError */
  constructor({ schema, name = "schema_migrations" }: HistoryTable = {}) {
    const path = schema === undefined ? [name] : [checked("schema", schema), name];
    checked("name", name);
    this.#table = path.map((part) => `"${part.replaceAll('"', '""')}"`).join(".");
  }

  /**
   * Makes the table where the search path has none: a second one, in an earlier schema of the path, would
   * say that nothing has been applied.
   *
   * @throws MigrationHistoryError
   */
  async prepare(query: Query): Promise<void> {
    try {
      if ((await this.#columns(query)).length > 0) return;
      await query(`
        CREATE TABLE IF NOT EXISTS ${this.#table} (
          name text PRIMARY KEY,
          applied_at timestamptz NOT NULL DEFAULT now()
        )
      `);
    } catch (cause) {
      throw new MigrationHistoryError(`${this.#table} could not be made`, { cause });
    }
  }

  /**
   * Read only: where there is no history yet, nothing has been applied.
   *
   * @throws MigrationHistoryError, ForeignHistoryTableError
   */
  async read(query: Query): Promise<AppliedMigrations> {
    try {
      const columns = await this.#columns(query);
      if (columns.length === 0) return new Map();
      if (!COLUMNS.every((column) => columns.includes(column))) {
        throw new ForeignHistoryTableError(this.#table, columns);
      }
      // As text in ISO 8601, which neither settings nor an application's parsers change.
      const rows = await query(
        `SELECT name, to_json(applied_at) #>> '{}' AS at FROM ${this.#table} ORDER BY name`,
      );
      return new Map(rows.map((row) => [row["name"] as string, new Date(row["at"] as string)]));
    } catch (cause) {
      if (cause instanceof ForeignHistoryTableError) throw cause;
      throw new MigrationHistoryError(`${this.#table} could not be read`, { cause });
    }
  }

  async add(query: Query, migration: string): Promise<void> {
    await query(`INSERT INTO ${this.#table} (name) VALUES ($1)`, [migration]);
  }

  async remove(query: Query, migration: string): Promise<void> {
    await query(`DELETE FROM ${this.#table} WHERE name = $1`, [migration]);
  }

  /** None where there is no table. */
  async #columns(query: Query): Promise<string[]> {
    const table = `'${this.#table.replaceAll("'", "''")}'`;
    const rows = await query(`
      SELECT attname::text AS name FROM pg_attribute
      WHERE attrelid = to_regclass(${table}) AND attnum > 0 AND NOT attisdropped
      ORDER BY attnum
    `);
    return rows.map((row) => row["name"] as string);
  }
}

function checked(option: keyof HistoryTable, name: unknown): string {
  const isName = typeof name === "string" && name !== "" && !/[\p{Cc}\\]/u.test(name);
  if (isName && Buffer.byteLength(name) <= MAX_NAME_BYTES) return name;
  throw new InvalidHistoryTableError(option, MAX_NAME_BYTES);
}
