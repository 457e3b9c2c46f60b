import { S3UnavailableError, type Written } from "@repo/s3-provider";

import { ObjectStoreError, QuotaExceededError, UploadExpiredError } from "../errors.js";
import { errorFacts, type ObjectStoreLogger } from "../logger.js";
import type { JournalModel } from "../models/journal.model.js";
import type { Reservation } from "../quota/quota.js";
import { removeObject } from "../remove-objects.js";
import type { Journal } from "../repo/journal-repo.js";
import type { InspectedBody } from "./inspected-body.js";
import { keepLease, LATE_REQUEST_SECONDS, settleSeconds } from "./lease-keeper.js";
import { requireCopiedBytes } from "./require-copied-bytes.js";
import {
  mayHaveStored,
  type StorageClient,
  storageFailure,
  TransferFailure,
  wentUnanswered,
} from "./storage-client.js";
import type { OnSent } from "./progress.js";
import { transfer } from "./transfer.js";

interface Parts {
  journal: Journal;
  s3: StorageClient;
  logger: ObjectStoreLogger;
  leaseSeconds: number;
}

/**
 * An attempt that got no answer may copy once more, later, what a client has put in the place of the
 * bytes that were judged: this key must not become a file. Another completion takes another key.
 */
function lateCopy(key: string): S3UnavailableError {
  const reason = "an attempt to copy got no answer, and may still copy other bytes";
  const call = { operation: "copy", key, outcome: "unknown", retryable: true } as const;
  return new S3UnavailableError({ ...call, reason });
}

/** An upload that is in the journal: it brings its bytes to S3, and is completed or given up. */
export class PendingUpload {
  readonly id: string;
  readonly #parts: Parts;
  readonly key: string;
  readonly #reservation: Reservation | undefined;
  #reservedBytes: number;
  #isUnanswered = false;

  /** @param reservation what it is to hold of its owner's quota; nothing when absent */
  constructor(parts: Parts, { id, s3Key, reservedBytes }: JournalModel, reservation?: Reservation) {
    this.#parts = parts;
    this.id = id;
    this.key = s3Key;
    this.#reservation = reservation;
    this.#reservedBytes = reservedBytes;
  }

  /** Seconds for which a request may still make the object anew; 0 where all were answered. */
  get unansweredSeconds(): number {
    return this.#isUnanswered ? LATE_REQUEST_SECONDS : 0;
  }

  /**
   * Brings the bytes to S3 under a lease that is renewed meanwhile.
   *
   * @param end ends the transfer and the body; is aborted when the lease is lost
   * @param onSent is told the bytes that were sent so far
   */
  send(body: InspectedBody, end: AbortController, onSent?: OnSent): Promise<void> {
    const target = { key: this.key, signal: end.signal, onSent };
    const reserve = (byteSize: number): Promise<void> => this.#reserve(byteSize);
    return this.#make(() => transfer(this.#parts.s3, body, target, reserve), end);
  }

  /** The same by a copy of the object of the bucket that the body was read from, to its end. */
  copy(sourceKey: string, { verdict }: InspectedBody, end: AbortController): Promise<void> {
    const { s3 } = this.#parts;
    const { signal } = end;
    const { sha256, facts } = verdict;
    const { contentType } = facts;
    const input = { sourceKey, targetKey: this.key, contentType, signal };
    const copy = async (): Promise<Written> => {
      const copied = await s3.copy(input).catch((error: unknown) => {
        throw new TransferFailure(error, mayHaveStored(error));
      });
      if (wentUnanswered(copied)) throw new TransferFailure(lateCopy(this.key), true);
      await requireCopiedBytes(s3, this.key, { sha256, signal });
      return { unanswered: false };
    };
    return this.#make(copy, end);
  }

  /**
   * The same of bytes that are made meanwhile. What `produce` throws, or null of it, stores nothing.
   *
   * @returns what was made
   */
  async put<Made extends { bytes: Buffer; contentType: string; sha256: Buffer }>(
    produce: () => Promise<Made | null>,
    end: AbortController,
  ): Promise<Made | null> {
    const { s3 } = this.#parts;
    const { signal } = end;
    let made: Made | null = null;
    await this.#make(async () => {
      made = await produce().catch((error: unknown) => {
        throw new TransferFailure(error, false);
      });
      if (made === null) {
        await this.#drop();
        return { unanswered: false };
      }
      const { bytes: body, contentType, sha256 } = made;
      const { byteLength } = body;
      const request = { key: this.key, contentType, byteLength, body, sha256, signal };
      const written = await s3.put(request).catch((error: unknown) => {
        throw new TransferFailure(error, mayHaveStored(error));
      });
      return { unanswered: wentUnanswered(written) };
    }, end);
    return made;
  }

  /**
   * Has the upload hold so many bytes in all, unless it does: the length of a stream is known only in the end.
   *
   * @throws QuotaExceededError (`quota_exceeded`), UploadExpiredError (`upload_expired`)
   */
  async #reserve(bytes: number): Promise<void> {
    if (this.#reservation === undefined || bytes <= this.#reservedBytes) return;
    const { files, quota } = this.#reservation;
    const hasRoom = await this.#parts.journal.reserve(this.id, { bytes, files }, quota);
    if (hasRoom === null) throw new UploadExpiredError();
    if (!hasRoom) throw new QuotaExceededError(quota);
    this.#reservedBytes = bytes;
  }

  async #make(work: () => Promise<Written>, end: AbortController): Promise<void> {
    await this.hold(async () => {
      try {
        this.#isUnanswered = (await work()).unanswered;
      } catch (error) {
        const failure = error instanceof TransferFailure ? error : new TransferFailure(error, true);
        const wasOurs = failure.mayHaveLeftBytes ? await this.#giveUpUnknown() : await this.#drop();
        const refusal = storageFailure("store the file", failure.cause, end.signal);
        // The sweep discards the parts of an upload that it takes over.
        throw wasOurs || failure.cause instanceof ObjectStoreError
          ? refusal
          : new UploadExpiredError();
      }
    }, end);
  }

  /**
   * Renews the lease while the work runs.
   *
   * @param end is aborted when the lease is lost
   */
  async hold<Result>(work: () => Promise<Result>, end: AbortController): Promise<Result> {
    const { journal, logger, leaseSeconds } = this.#parts;
    const stopRenewal = keepLease({
      seconds: leaseSeconds,
      renew: () => journal.renew(this.id, leaseSeconds),
      onLost: (reason) => {
        end.abort(reason);
      },
      onFailure: (error) => {
        logger.warn("a lease could not be renewed", { fileId: this.id, ...errorFacts(error) });
      },
    });
    try {
      return await work();
    } finally {
      stopRenewal();
    }
  }

  /** Undoes an upload whose object was made, unless it has become a file. */
  async giveUp(): Promise<void> {
    await this.#undo(this.unansweredSeconds);
  }

  /** The same of one whose lease was over before it became a file: its object is nobody's. */
  async undoExpired(): Promise<void> {
    await this.#undo(this.unansweredSeconds, { isNobodys: true });
  }

  /** False when another party had taken the upload over. */
  #giveUpUnknown(): Promise<boolean> {
    return this.#undo(settleSeconds(this.#parts.leaseSeconds));
  }

  #drop(): Promise<boolean> {
    return this.#tolerant(() => this.#parts.journal.drop(this.id));
  }

  #undo(seconds: number, { isNobodys = false } = {}): Promise<boolean> {
    const { journal, leaseSeconds } = this.#parts;
    return this.#tolerant(async () => {
      const [own] = await journal.giveUp([this.id], leaseSeconds, seconds);
      if (own === undefined && !isNobodys) return false;
      await removeObject(this.#parts, { id: this.id, s3Key: this.key });
      return true;
    });
  }

  async #tolerant(undo: () => Promise<boolean>): Promise<boolean> {
    try {
      return await undo();
    } catch (error) {
      this.#parts.logger.warn("a failed upload is left to the sweeper", {
        fileId: this.id,
        ...errorFacts(error),
      });
      return true;
    }
  }
}
