import { literal, Op, QueryTypes, type Transaction } from "sequelize";

import type { MediaFileModel } from "../models/media-file.model.js";
import { fromNow, type Owner } from "./conditions.js";
import { guarded } from "./database-failure.js";
import { TableRepo } from "./table-repo.js";

/** Where a file stands in the order of keys. */
export interface KeyPosition {
  userId: Owner;
  id: string;
}

interface PageRequest {
  /** Only files behind this one. */
  after?: KeyPosition | undefined;
  limit: number;
  readyOnly?: boolean;
}

/** The columns that tell about the object; images and audio share them. */
const OBJECT_COLUMNS = ["id", "userId", "s3Key", "byteSize", "sha256", "status", "leaseExpiresAt"];

/** Reads the rows of one kind of file beside the bucket. */
export class InventoryRepo<Row extends MediaFileModel> extends TableRepo<Row> {
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
  async pageInKeyOrder({ after, limit, readyOnly = false }: PageRequest): Promise<Row[]> {
    const ready = readyOnly ? { status: "ready" } : {};
    const rows: Row[] = [];
    if (after === undefined || after.userId === null) {
      const behind = after === undefined ? {} : { id: { [Op.gt]: after.id } };
      rows.push(...(await this.#page({ ...ready, userId: null, ...behind }, limit)));
    }
    if (rows.length === limit) return rows;
    const behind =
      after === undefined || after.userId === null
        ? { userId: { [Op.ne]: null } }
        : { [Op.and]: literal("(user_id, id) > (:userId, :id)") };
    rows.push(...(await this.#page({ ...ready, ...behind }, limit - rows.length, after)));
    return rows;
  }

  async #page(where: object, limit: number, after?: KeyPosition): Promise<Row[]> {
    return guarded("read files in the order of their keys", () =>
      this.model.findAll({
        attributes: OBJECT_COLUMNS,
        where: this.where(where),
        order: ["userId", "id"],
        limit,
        transaction: null,
        ...(after && { replacements: { userId: after.userId, id: after.id } }),
      }),
    );
  }

  /** The row of a key, whatever its status. */
  async findByKey(s3Key: string): Promise<Row | null> {
    return guarded("look for the row of a key", () =>
      this.model.findOne({
        attributes: OBJECT_COLUMNS,
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
