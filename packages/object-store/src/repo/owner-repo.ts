import { type Connections, type Place, PreparedStatement } from "@repo/database";

import { InvalidInputError } from "../errors.js";
import type { Layout } from "../layout.js";
import type { OwnerId } from "../owner-types.js";
import { sqlStateOf, withDatabaseErrors } from "./database-failure.js";
import type { Reads } from "./media-repo.js";
import type { StatementOptions } from "./statements.js";
import type { Tables } from "./tables.js";

/** The type of `user_id`, and the table and column that it refers to, if this role may read them. */
const REFERENCE = new PreparedStatement<[table: string]>(`
  SELECT format_type(file.atttypid, NULL) AS type, owner."table", owner."column"
  FROM pg_attribute AS file
  LEFT JOIN LATERAL (
    SELECT format('%I.%I', space.nspname, class.relname) AS "table",
      format('%I', key.attname) AS "column"
    FROM pg_constraint AS reference
    JOIN pg_class AS class ON class.oid = reference.confrelid
    JOIN pg_namespace AS space ON space.oid = class.relnamespace
    JOIN pg_attribute AS key ON key.attrelid = class.oid AND key.attnum = reference.confkey[1]
    WHERE reference.contype = 'f' AND reference.conrelid = file.attrelid
      AND reference.conkey = ARRAY[file.attnum]
      AND reference.conparentid = 0 AND has_schema_privilege(space.oid, 'USAGE')
      AND has_column_privilege(class.oid, key.attnum, 'SELECT') AND NOT row_security_active(class.oid)
    LIMIT 1
  ) AS owner ON true
  WHERE file.attrelid = $1::regclass AND file.attname = 'user_id'
`);

/** SQLSTATEs of a table or column that has another name by now, or that may not be read any more. */
const MOVED: ReadonlySet<string> = new Set(["42P01", "42703", "42501"]);

interface Reference {
  type: string;
  table: string | null;
  column: string | null;
}

/** The part of it that use cases need, which the store in memory implements too. */
export type Owners = Pick<OwnerRepo, "exists" | "check">;

/**
 * Checks whether an owner exists. The foreign key decides when the row of a file is made; this read
 * locks nothing and saves the transfer of a file that would be rejected.
 */
export class OwnerRepo {
  readonly #connections: Connections;
  readonly #layout: Layout;
  readonly #reads: Reads;
  #reference: Promise<Reference> | undefined;
  #exists: PreparedStatement<[owner: OwnerId]> | undefined;

  /** @param reads where the check runs, which reads need while the primary is away */
  constructor({ connections, layout }: Tables, reads: Reads = "primary") {
    this.#connections = connections;
    this.#layout = layout;
    this.#reads = reads;
  }

  /**
   * Looks once whether the column `user_id` has the type that the options name. With another one, ids
   * and keys could mean other owners than the caller's.
   *
   * @throws InvalidInputError (`invalid_input`)
   */
  async check(): Promise<void> {
    await this.#referenceOf(this.#reads === "replica" ? "replica" : "own");
  }

  /**
   * Runs statements with a {@link condition}. Where PostgreSQL refuses them for the owners' table, the
   * next call looks anew for it, and works.
   */
  async using<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      const { cause = error } = error as { cause?: unknown };
      if (MOVED.has(sqlStateOf(cause))) this.#reference = undefined;
      throw error;
    }
  }

  /**
   * An SQL condition: the owner given by an expression exists, or cannot be checked.
   *
   * @throws InvalidInputError (`invalid_input`) as {@link check} does
   */
  async condition(expression: string): Promise<string> {
    const { table, column } = await this.#referenceOf("own");
    return table === null || column === null
      ? `(${expression} IS NULL OR true)`
      : `EXISTS (SELECT FROM ${table} AS owner WHERE owner.${column} = ${expression})`;
  }

  async exists(owner: OwnerId, options: StatementOptions = {}): Promise<boolean> {
    const text = `SELECT ${await this.condition(`$1::${this.#layout.ownerType}`)}`;
    if (this.#exists?.text !== text) this.#exists = new PreparedStatement(text);
    const statement = this.#exists;
    const [row] = await this.using(() =>
      withDatabaseErrors("look for the owner", () =>
        statement.arrays<[boolean]>(this.#connections, [owner], options),
      ),
    );
    return row?.[0] === true;
  }

  async #referenceOf(on: Place): Promise<Reference> {
    this.#reference ??= this.#read(on);
    try {
      return await this.#reference;
    } catch (error) {
      this.#reference = undefined;
      throw error;
    }
  }

  async #read(on: Place): Promise<Reference> {
    const images = this.#layout.table("image");
    const [reference] = await withDatabaseErrors("find the owners' table", () =>
      REFERENCE.rows<Reference>(this.#connections, [images], { on }),
    );
    const { ownerType } = this.#layout;
    if (reference?.type === ownerType) return reference;
    throw new InvalidInputError(
      `The column user_id of ${images} is of type ${reference?.type ?? "none"}, and the option owner.type is ${ownerType}. Give the options that the migrations were given.`,
    );
  }
}
