import { v7 as uuidv7 } from "uuid";

import { QuotaExceededError } from "../../errors.js";
import type { DirectUploadModel } from "../../models/direct-upload.model.js";
import type {
  DirectUploadPlace,
  DirectUploadRows,
  NewDirectUpload,
  SeenDirectUpload,
} from "../../repo/direct-upload-repo.js";
import type { StatementOptions } from "../../repo/statements.js";
import { hasRoom } from "./memory-counters.js";
import type { Values } from "./memory-rows.js";
import { fromNow, isOver, type MemoryTable, type MemoryTables } from "./memory-table.js";

const CLAIM_OVER = { claim: null, claimExpiresAt: null };

const ENDED = { status: "deleting", reservedBytes: 0, reservedFiles: 0, ...CLAIM_OVER };

/** The direct uploads in memory. */
export class MemoryDirectUploads implements DirectUploadRows {
  private readonly table: MemoryTable<DirectUploadModel>;

  constructor(private readonly tables: MemoryTables) {
    this.table = tables.direct_upload;
  }

  async create(
    { reservation, ...upload }: NewDirectUpload,
    seconds: number,
  ): Promise<DirectUploadModel> {
    await Promise.resolve();
    if (
      reservation !== undefined &&
      !hasRoom(this.tables, upload.userId, reservation, reservation.quota)
    ) {
      throw new QuotaExceededError(reservation.quota);
    }
    const held = {
      reservedBytes: reservation?.bytes ?? 0,
      reservedFiles: reservation?.files ?? 0,
    };
    const leaseExpiresAt = fromNow(seconds);
    return this.table.insert({ ...upload, ...held, status: "pending", leaseExpiresAt });
  }

  async setMultipartId(id: string, multipartId: string): Promise<void> {
    await this.#change(
      (row) => row.id === id,
      () => ({ multipartId }),
    );
  }

  async find(
    place: DirectUploadPlace,
    { transaction }: StatementOptions = {},
  ): Promise<SeenDirectUpload | null> {
    await Promise.resolve();
    const row = this.table.first((values) => isAt(place, values), transaction);
    if (row === null) return null;
    const isClaimed = row.claimExpiresAt !== null && !isOver(row.claimExpiresAt);
    return { row, secondsLeft: (row.leaseExpiresAt.getTime() - Date.now()) / 1000, isClaimed };
  }

  async claim(place: DirectUploadPlace, leaseSeconds: number): Promise<DirectUploadModel | null> {
    await Promise.resolve();
    const { rows } = this.table;
    const [row] = rows.select(
      (values) =>
        isAt(place, values) &&
        values["status"] === "pending" &&
        !isOver(values["leaseExpiresAt"]) &&
        (values["claim"] === null || isOver(values["claimExpiresAt"])) &&
        !rows.isHeld(values.id),
    );
    if (row === undefined) return null;
    const claimed = { claim: uuidv7(), ...claimFor(row, leaseSeconds) };
    return this.table.toModel(rows.change(row, claimed));
  }

  async renew(direct: DirectUploadModel, leaseSeconds: number): Promise<boolean> {
    return this.#change(isHeldBy(direct), (row) => claimFor(row, leaseSeconds));
  }

  async release(direct: DirectUploadModel): Promise<boolean> {
    if (this.table.rows.isHeld(direct.id)) return false;
    return this.#change(isHeldBy(direct), () => CLAIM_OVER);
  }

  async refuse(
    direct: DirectUploadModel,
    { code, message }: { code: string; message: string },
  ): Promise<boolean> {
    const refusal = { refusalCode: code, refusalMessage: message };
    return this.#change(isHeldBy(direct), () => ({ ...ENDED, ...refusal }));
  }

  async cancel(place: DirectUploadPlace): Promise<boolean> {
    const isPending = (row: Values): boolean => isAt(place, row) && row["status"] === "pending";
    return this.#change(isPending, () => ENDED);
  }

  async #change(
    meets: (row: Values) => boolean,
    changes: (row: Values) => object,
  ): Promise<boolean> {
    const { rows } = this.table;
    await rows.unlocked(rows.select(meets).map(({ id }) => id));
    const found = rows.select(meets);
    for (const row of found) rows.change(row, changes(row));
    return found.length > 0;
  }
}

function isAt({ id, kind, userId }: DirectUploadPlace, row: Values): boolean {
  return row.id === id && row["kind"] === kind && row["userId"] === userId;
}

function isHeldBy({ id, claim }: DirectUploadModel): (row: Values) => boolean {
  return (row) => row.id === id && row["claim"] === claim && row["status"] === "pending";
}

/** Extends the lease with the claim. */
function claimFor(row: Values, seconds: number): object {
  const end = fromNow(seconds);
  const lease = row["leaseExpiresAt"] as Date;
  return { claimExpiresAt: end, leaseExpiresAt: lease > end ? lease : end };
}
