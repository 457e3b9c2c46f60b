import type { ObjectFacts } from "@repo/s3-provider";

import { errorFacts, type ObjectStoreLogger } from "../logger.js";
import type { MediaFileModel } from "../models/media-file.model.js";
import type { InventoryRow } from "../repo/inventory-repo.js";
import type { Files } from "../repo/media-repo.js";
import type { Variants } from "../repo/variant-repo.js";
import { copyObject } from "../upload/copied-object.js";
import { findObject, type StorageClient } from "../upload/storage-client.js";
import type { AuditFinding, AuditReport } from "./contract.js";
import { rethrowUnlessS3 } from "./long-call.js";

/** The prefix of what audits remove; each object keeps its key behind it. */
export const QUARANTINE = "quarantine/";

type Action = AuditFinding["action"];

/** Moves what an audit removes to the quarantine, up to a number of attempts. */
export class Quarantine {
  #attemptsLeft: number | undefined;

  /** @param attempts undefined for a dry run */
  constructor(
    private readonly s3: StorageClient,
    private readonly logger: ObjectStoreLogger,
    private readonly report: AuditReport,
    attempts: number | undefined,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.#attemptsLeft = attempts;
  }

  /**
   * Copies an object and then deletes it. A process that dies in between leaves both, for the next
   * audit.
   */
  moveObject(key: string, object: Pick<ObjectFacts, "byteLength" | "etag">): Promise<Action> {
    const { s3, signal } = this;
    return this.#attempt(async () => {
      const targetKey = `${QUARANTINE}${key}`;
      await copyObject(s3, { sourceKey: key, targetKey, signal }, object);
      await s3.delete(key, { signal });
      return true;
    });
  }

  /**
   * Stores a row without an object as JSON and then removes it. Fails when its owner changes or
   * deletes the file first.
   */
  moveRow(files: Files, fileId: string): Promise<Action> {
    const { s3, signal } = this;
    return this.#attempt(async () => {
      const row = await files.byId(fileId);
      if (row === null || (await findObject(s3, row.s3Key, signal)) !== undefined) return false;
      await this.#putRow(row);
      const { removed } = await files.delete([fileId], row.userId, {
        leaseSeconds: 0,
        skipLocked: true,
      });
      const [last] = removed;
      if (last === undefined) await s3.delete(keyOf(row), { signal });
      else if (Number(last.updatedAt) !== Number(row.updatedAt)) await this.#putRow(last);
      return last !== undefined;
    });
  }

  /** Removes the row of a variant without an object, which can be made anew. */
  removeVariant(
    variants: Pick<Variants, "remove"> | undefined,
    { id, s3Key }: InventoryRow,
  ): Promise<Action> | Action {
    if (variants === undefined) return "kept";
    return this.#attempt(async () => {
      if ((await findObject(this.s3, s3Key, this.signal)) !== undefined) return false;
      return (await variants.remove([id], 0)).length > 0;
    });
  }

  async #putRow(row: MediaFileModel): Promise<void> {
    const columns = { ...row.get(), sha256: row.sha256.toString("hex") };
    const body = Buffer.from(JSON.stringify(columns, null, 2));
    const { byteLength } = body;
    const key = keyOf(row);
    const { signal } = this;
    await this.s3.put({ key, contentType: "application/json", byteLength, body, signal });
  }

  async #attempt(move: () => Promise<boolean>): Promise<Action> {
    if (this.#attemptsLeft === undefined) return "kept";
    if (this.#attemptsLeft === 0) {
      this.report.notFixed += 1;
      return "kept";
    }
    this.#attemptsLeft -= 1;
    const isFixed = await move().catch((error: unknown) => {
      rethrowUnlessS3(error);
      this.logger.warn("an audit could not repair what it found", errorFacts(error));
      return false;
    });
    this.report[isFixed ? "fixed" : "notFixed"] += 1;
    return isFixed ? "quarantined" : "failed";
  }
}

/** Where a row is stored. */
function keyOf({ s3Key }: MediaFileModel): string {
  return `${QUARANTINE}${s3Key}.json`;
}
