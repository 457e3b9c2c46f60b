import { type Connections, PreparedStatement } from "@repo/database";

import { type Owner, type StoredKind, TABLES } from "../kinds.js";
import { withDatabaseErrors } from "./database-failure.js";

/** The position of a row in the order of keys. */
export interface KeyPosition {
  userId: Owner;
  id: string;
}

/**
 * What a row says about its object. No model instance, which would take ten times the memory: an audit
 * reads millions of rows.
 */
export interface InventoryRow extends KeyPosition {
  s3Key: string;
  /** Null for a direct upload, whose object may not exist. */
  byteSize: number | null;
  /** Null in an inventory without hashes. */
  sha256: Buffer | null;
}

interface PageRequest {
  /** Starts after this row. */
  after?: KeyPosition | undefined;
  limit: number;
}

/** Sorts before every id. */
const NIL = "00000000-0000-0000-0000-000000000000";
const START: KeyPosition = { userId: null, id: NIL };

/** Reads the rows of one table in the order of their keys. */
export class InventoryRepo {
  readonly #ofSystem: PreparedStatement<[after: string, limit: number]>;
  readonly #ofUsers: PreparedStatement<[afterUser: Owner, after: string, limit: number]>;
  readonly #ofKey: PreparedStatement<[s3Key: string]>;

  constructor(
    private readonly connections: Connections,
    kind: StoredKind,
    { withHashes = false }: { withHashes?: boolean } = {},
  ) {
    const byteSize = kind === "direct_upload" ? "NULL::integer" : "byte_size";
    const source = `
      SELECT id, user_id AS "userId", s3_key AS "s3Key", ${byteSize} AS "byteSize",
        ${withHashes ? "sha256" : "NULL AS sha256"}
      FROM ${TABLES[kind]} WHERE
    `;
    this.#ofSystem = new PreparedStatement(
      `${source} user_id IS NULL AND id > $1 ORDER BY user_id, id LIMIT $2`,
    );
    this.#ofUsers = new PreparedStatement(
      `${source} user_id IS NOT NULL AND (user_id, id) > ($1, $2) ORDER BY user_id, id LIMIT $3`,
    );
    this.#ofKey = new PreparedStatement(`${source} s3_key = $1`);
  }

  /**
   * A page in the byte order of the keys: the system's, then the users'. As a key consists of owner and
   * id, the index over these two has the same order, whatever the collation.
   */
  async pageInKeyOrder({ after = START, limit }: PageRequest): Promise<InventoryRow[]> {
    const { userId, id } = after;
    const rows = userId === null ? await this.#read(this.#ofSystem, [id, limit]) : [];
    if (rows.length === limit) return rows;
    const left = limit - rows.length;
    const behind: KeyPosition = userId === null ? { userId: NIL, id: NIL } : after;
    const ofUsers = await this.#read(this.#ofUsers, [behind.userId, behind.id, left]);
    return rows.length === 0 ? ofUsers : rows.concat(ofUsers);
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
      statement.rows<InventoryRow>(this.connections, parameters),
    );
  }
}
