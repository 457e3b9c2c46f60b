import { type Connections, PreparedStatement } from "@repo/database";

import { type StoredKind, TABLES } from "../kinds.js";
import { guarded } from "./database-failure.js";
import type { Owner } from "./owner.js";

/** Where a row stands in the order of keys. */
export interface KeyPosition {
  userId: Owner;
  id: string;
}

/**
 * What tells about the object of a file, or of a staged upload. An audit reads millions of rows, so
 * these are no model instances, which would cost ten times the memory.
 */
export interface InventoryRow extends KeyPosition {
  s3Key: string;
  /** Null for a staged upload, whose object may be there or not. */
  byteSize: number | null;
  /** Only of an inventory with hashes. */
  sha256: Buffer | null;
}

interface PageRequest {
  /** Only rows behind this one. */
  after?: KeyPosition | undefined;
  limit: number;
}

/** No file has it, and every id sorts behind it. */
const NIL = "00000000-0000-0000-0000-000000000000";
const START: KeyPosition = { userId: null, id: NIL };

/** Reads the rows of one table beside the bucket. */
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
   * A page in the order of the bytes of the keys: those of the system, then users'. A key is made of
   * owner and id, whose index therefore has the same order; no collation takes part in it.
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

  /** The row of a key. */
  async findByKey(s3Key: string): Promise<InventoryRow | null> {
    const [row] = await this.#read(this.#ofKey, [s3Key]);
    return row ?? null;
  }

  #read<Parameters extends readonly (string | number | null)[]>(
    statement: PreparedStatement<Parameters>,
    parameters: Parameters,
  ): Promise<InventoryRow[]> {
    return guarded("read files in the order of their keys", () =>
      statement.rows<InventoryRow>(this.connections, parameters),
    );
  }
}
