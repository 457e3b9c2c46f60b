import { PreparedStatement } from "@repo/database";
import { QueryTypes, type Transaction } from "sequelize";
import type { ModelCtor } from "sequelize-typescript";

import type { StoredObjectModel } from "../models/stored-object.model.js";
import { fromNow, type Owner } from "./conditions.js";
import { guarded } from "./database-failure.js";
import { TableRepo } from "./table-repo.js";

/** Where a file stands in the order of keys. */
export interface KeyPosition {
  userId: Owner;
  id: string;
}

/**
 * What tells about the object of a row. An audit reads millions of rows, so these are no model
 * instances, which would cost ten times the memory.
 */
export type InventoryRow = Pick<
  StoredObjectModel,
  "id" | "userId" | "s3Key" | "byteSize" | "status" | "leaseExpiresAt" | "sha256"
>;

interface PageRequest {
  /** Only files behind this one. */
  after?: KeyPosition | undefined;
  limit: number;
}

/** Named as in {@link InventoryRow}, so that what PostgreSQL gives is used as it comes. */
const COLUMNS = `id, user_id AS "userId", s3_key AS "s3Key", byte_size AS "byteSize", status,
  lease_expires_at AS "leaseExpiresAt"`;

/** No file has it, and every id sorts behind it. */
const NIL = "00000000-0000-0000-0000-000000000000";
const START: KeyPosition = { userId: null, id: NIL };

/** Reads the rows of one kind of file beside the bucket. */
export class InventoryRepo<Row extends StoredObjectModel> extends TableRepo<Row> {
  readonly #ofSystem: PreparedStatement<[after: string, limit: number]>;
  readonly #ofUsers: PreparedStatement<[afterUser: Owner, after: string, limit: number]>;

  /** @param status of the rows that pages give, with their hashes; all, without them, when absent */
  constructor(model: ModelCtor<Row>, status?: "ready") {
    super(model);
    const isReady = status === "ready";
    const source = `SELECT ${COLUMNS}, ${isReady ? "sha256" : "NULL AS sha256"} FROM ${this.table} WHERE`;
    const wanted = isReady ? "AND status = 'ready'" : "";
    this.#ofSystem = new PreparedStatement(
      `${source} user_id IS NULL AND id > $1 ${wanted} ORDER BY user_id, id LIMIT $2`,
    );
    this.#ofUsers = new PreparedStatement(
      `${source} user_id IS NOT NULL AND (user_id, id) > ($1, $2) ${wanted}
       ORDER BY user_id, id LIMIT $3`,
    );
  }

  /** The database's clock. */
  async clock(): Promise<Date> {
    const [row] = await guarded("tell the time", () =>
      this.database.query<{ now: Date }>("SELECT clock_timestamp() AS now", {
        type: QueryTypes.SELECT,
        transaction: null,
      }),
    );
    if (row === undefined) throw new Error("PostgreSQL told no time");
    return row.now;
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

  #read<Parameters extends readonly (string | number | null)[]>(
    statement: PreparedStatement<Parameters>,
    parameters: Parameters,
  ): Promise<InventoryRow[]> {
    return guarded("read files in the order of their keys", () =>
      statement.rows<InventoryRow>(this.database, parameters),
    );
  }

  /** The row of a key, whatever its status. */
  async findByKey(s3Key: string): Promise<Row | null> {
    return guarded("look for the row of a key", () =>
      this.model.findOne({
        where: this.where({ s3Key }),
        transaction: null,
      }),
    );
  }

  /** A ready file with all its columns, locked, or null when it is none any more or is in use. */
  async lockReady(id: string, transaction: Transaction): Promise<Row | null> {
    return guarded("lock the file", () =>
      this.model.findOne({
        where: this.where({ id, status: "ready" }),
        lock: transaction.LOCK.UPDATE,
        skipLocked: true,
        transaction,
      }),
    );
  }

  /** ready → deleting for a locked row; the next sweep removes it. */
  async leaveToSweep(row: Row, transaction: Transaction): Promise<void> {
    await guarded("give up the file", () =>
      row.update(
        { status: "deleting", idempotencyKey: null, leaseExpiresAt: fromNow(0) } as object,
        { transaction },
      ),
    );
  }
}
