import { type Connections, PreparedStatement } from "@repo/database";

import { OWNER_TYPE, TABLES } from "../kinds.js";
import { withDatabaseErrors } from "./database-failure.js";
import type { StatementOptions } from "./statements.js";

/** The table and column that `user_id` refers to, if this role may read them. */
const REFERENCE = new PreparedStatement(`
  SELECT format('%I.%I', space.nspname, owner.relname) AS "table", format('%I', key.attname) AS "column"
  FROM pg_constraint AS reference
  JOIN pg_class AS owner ON owner.oid = reference.confrelid
  JOIN pg_namespace AS space ON space.oid = owner.relnamespace
  JOIN pg_attribute AS key ON key.attrelid = owner.oid AND key.attnum = reference.confkey[1]
  JOIN pg_attribute AS file ON file.attrelid = reference.conrelid AND file.attnum = reference.conkey[1]
  WHERE reference.contype = 'f' AND reference.conrelid = '${TABLES.image}'::regclass
    AND file.attname = 'user_id' AND cardinality(reference.conkey) = 1
    AND has_column_privilege(owner.oid, key.attnum, 'SELECT') AND NOT row_security_active(owner.oid)
`);

/** The part of it that use cases need, which the store in memory implements too. */
export type Owners = Pick<OwnerRepo, "exists">;

/**
 * Checks whether an owner exists. The foreign key decides when the row of a file is made; this read
 * locks nothing and saves the transfer of a file that would be rejected.
 */
export class OwnerRepo {
  readonly #connections: Connections;
  #condition: Promise<string> | undefined;
  #exists: PreparedStatement<[owner: string]> | undefined;

  constructor(connections: Connections) {
    this.#connections = connections;
  }

  /** An SQL condition: the owner given by an expression exists, or cannot be checked. */
  async condition(expression: string): Promise<string> {
    this.#condition ??= this.#read();
    try {
      return (await this.#condition).replaceAll("$owner", expression);
    } catch (error) {
      this.#condition = undefined;
      throw error;
    }
  }

  async exists(owner: string, options: StatementOptions = {}): Promise<boolean> {
    this.#exists ??= new PreparedStatement(`SELECT ${await this.condition(`$1::${OWNER_TYPE}`)}`);
    const [row] = await withDatabaseErrors("look for the owner", () =>
      (this.#exists as PreparedStatement<[string]>).arrays<[boolean]>(
        this.#connections,
        [owner],
        options,
      ),
    );
    return row?.[0] === true;
  }

  async #read(): Promise<string> {
    const [reference] = await withDatabaseErrors("find the owners' table", () =>
      REFERENCE.rows<{ table: string; column: string }>(this.#connections, []),
    );
    if (reference === undefined) return "($owner IS NULL OR true)";
    const { table, column } = reference;
    return `EXISTS (SELECT FROM ${table} AS owner WHERE owner.${column} = $owner)`;
  }
}
