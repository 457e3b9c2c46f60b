import { type Connections, PreparedStatement } from "@repo/database";

import type { StoredKind } from "../kinds.js";
import { withDatabaseErrors } from "./database-failure.js";
import type { Tables } from "./tables.js";

/**
 * What a row says about its object. No model instance, which would take ten times the memory: an audit
 * reads millions of rows.
 */
export interface InventoryRow {
  id: string;
  s3Key: string;
  /** Null for a direct upload, whose object may not exist. */
  byteSize: number | null;
  /** Null in an inventory without hashes. */
  sha256: Buffer | null;
}

/** Its public methods, which the store in memory implements too. */
export type Inventory = Pick<InventoryRepo, keyof InventoryRepo>;

/** Reads the rows of one table in the byte order of their keys. */
export class InventoryRepo {
  readonly #connections: Connections;
  readonly #page: PreparedStatement<[after: string, limit: number]>;
  readonly #ofKey: PreparedStatement<[s3Key: string]>;

  constructor(
    { connections, layout }: Tables,
    kind: StoredKind,
    { withHashes = false }: { withHashes?: boolean } = {},
  ) {
    this.#connections = connections;
    const byteSize = kind === "direct_upload" ? "NULL::integer" : "byte_size";
    const source = `
      SELECT id, s3_key AS "s3Key", ${byteSize} AS "byteSize",
        ${withHashes ? "sha256" : "NULL AS sha256"}
      FROM ${layout.table(kind)} WHERE
    `;
    this.#page = new PreparedStatement(`${source} s3_key > $1 ORDER BY s3_key LIMIT $2`);
    this.#ofKey = new PreparedStatement(`${source} s3_key = $1`);
  }

  /** @param after starts after this key */
  page(after: string, limit: number): Promise<InventoryRow[]> {
    return this.#read(this.#page, [after, limit]);
  }

  async findByKey(s3Key: string): Promise<InventoryRow | null> {
    const [row] = await this.#read(this.#ofKey, [s3Key]);
    return row ?? null;
  }

  #read<Parameters extends readonly (string | number | null)[]>(
    statement: PreparedStatement<Parameters>,
    parameters: Parameters,
  ): Promise<InventoryRow[]> {
    return withDatabaseErrors("read files in the order of their keys", () =>
      statement.rows<InventoryRow>(this.#connections, parameters),
    );
  }
}
