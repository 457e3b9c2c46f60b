import type { StorageClient } from "./storage-client.js";

import { ObjectStoreError, UploadExpiredError } from "../errors.js";
import { errorFacts, type ObjectStoreLogger } from "../logger.js";
import type { MediaFileModel } from "../models/media-file.model.js";
import { afterEnd } from "../repo/caller-transaction.js";
import type { MediaRepo, StatementOptions, StoredFacts } from "../repo/media-repo.js";
import type { InspectedBody } from "./inspected-body.js";
import { keepLease } from "./lease-keeper.js";
import { requireCopiedBytes } from "./require-copied-bytes.js";
import { mayHaveStored, storageFailure } from "./storage-failure.js";
import { tombstoneSeconds } from "./tombstone.js";
import { transfer } from "./transfer.js";
import { TransferFailure } from "./transfer-failure.js";

interface Parts<Row extends MediaFileModel, Facts extends StoredFacts> {
  repo: MediaRepo<Row, Facts>;
  s3: StorageClient;
  logger: ObjectStoreLogger;
  leaseSeconds: number;
}

/** An upload whose intent is recorded: it ends as a ready file, or it undoes itself. */
export class PendingUpload<Row extends MediaFileModel, Facts extends StoredFacts> {
  readonly #parts: Parts<Row, Facts>;
  readonly #id: string;
  readonly #key: string;

  constructor(parts: Parts<Row, Facts>, row: Row) {
    this.#parts = parts;
    this.#id = row.id;
    this.#key = row.s3Key;
  }

  /**
   * Brings the bytes to S3 under a lease that is renewed meanwhile.
   *
   * @param end ends the transfer and the body; is aborted when the lease is lost
   */
  send(body: InspectedBody, end: AbortController): Promise<void> {
    const target = { key: this.#key, signal: end.signal };
    return this.#make(async () => {
      await transfer(this.#parts.s3, body, target);
    }, end);
  }

  /** The same by a copy of an object of the bucket, as long as it is the one that was judged. */
  copy(
    source: { key: string; etag: string; sha256: Buffer; contentType: string },
    end: AbortController,
  ): Promise<void> {
    const { s3 } = this.#parts;
    const { signal } = end;
    const { key: sourceKey, etag: copySourceIfMatch, sha256, contentType } = source;
    const input = { sourceKey, targetKey: this.#key, copySourceIfMatch, contentType, signal };
    const copy = async (): Promise<void> => {
      try {
        await s3.copy(input);
      } catch (error) {
        throw new TransferFailure(error, mayHaveStored(error));
      }
      await requireCopiedBytes(s3, this.#key, { sha256, signal });
    };
    return this.#make(copy, end);
  }

  async #make(work: () => Promise<void>, end: AbortController): Promise<void> {
    const { repo, logger, leaseSeconds } = this.#parts;
    const stopRenewal = keepLease({
      seconds: leaseSeconds,
      renew: () => repo.renewLease(this.#id, leaseSeconds),
      onLost: (reason) => {
        end.abort(reason);
      },
      onFailure: (error) => {
        logger.warn("a lease could not be renewed", { fileId: this.#id, ...errorFacts(error) });
      },
    });
    try {
      await work();
    } catch (error) {
      const failure = error instanceof TransferFailure ? error : new TransferFailure(error, true);
      const wasOurs = await this.giveUp(failure.mayHaveLeftBytes);
      const refusal = storageFailure("store the file", failure.cause, end.signal);
      // The sweep discards the parts of an upload that it takes over.
      throw wasOurs || failure.cause instanceof ObjectStoreError
        ? refusal
        : new UploadExpiredError();
    } finally {
      stopRenewal();
    }
  }

  /** pending → ready: the file exists from here on, or from the commit of the caller's transaction. */
  async complete(facts: Facts, options: StatementOptions): Promise<Row> {
    const { repo } = this.#parts;
    if (options.transaction !== undefined) afterEnd(options.transaction, () => this.giveUp(true));
    let row: Row | null;
    try {
      row = await repo.markReady(this.#id, facts, options);
    } catch (error) {
      // The row may be locked by the caller's failed transaction: waiting for it would deadlock.
      if (options.transaction !== undefined) throw error;
      const completed = await this.#completedAllTheSame();
      if (completed === null) {
        await this.giveUp(true);
        throw error;
      }
      row = completed;
    }
    if (row === null) {
      await this.#undoExpired();
      throw new UploadExpiredError();
    }
    return row;
  }

  /** The ready row when only the answer to its completion was lost. */
  async #completedAllTheSame(): Promise<Row | null> {
    return this.#parts.repo.findById(this.#id).catch(() => null);
  }

  /**
   * Undoes the upload unless it is ready; safe against the sweeper doing the same. What may have
   * left bytes keeps a tombstone, so that a request that is still on its way is swept up after it.
   *
   * @returns false when another party had taken the upload over
   */
  async giveUp(mayHaveLeftBytes: boolean): Promise<boolean> {
    const { repo, s3, leaseSeconds } = this.#parts;
    try {
      if (!mayHaveLeftBytes) return await repo.delete(this.#id, "pending");
      const own = await repo.giveUpPending(this.#id, tombstoneSeconds(leaseSeconds));
      if (own !== null) await s3.delete(this.#key);
      return own !== null;
    } catch (error) {
      this.#warnOfLeftovers(error);
      return true;
    }
  }

  /** The object was made, and its lease is over. The row goes too, unless somebody else has it. */
  async #undoExpired(): Promise<void> {
    const { repo, s3, leaseSeconds } = this.#parts;
    try {
      const own = await repo.giveUpPending(this.#id, tombstoneSeconds(leaseSeconds));
      await s3.delete(this.#key);
      if (own !== null) await repo.delete(this.#id, "deleting");
    } catch (error) {
      this.#warnOfLeftovers(error);
    }
  }

  #warnOfLeftovers(error: unknown): void {
    this.#parts.logger.warn("a failed upload is left to the sweeper", {
      fileId: this.#id,
      ...errorFacts(error),
    });
  }
}
