import { setTimeout as pause } from "node:timers/promises";

import type { Transaction } from "sequelize";

import { IdempotencyConflictError, UploadInProgressError } from "../errors.js";
import type { JournalModel } from "../models/journal.model.js";
import type { MediaFileModel } from "../models/media-file.model.js";
import type { NewUpload } from "../repo/journal-repo.js";
import type { Files } from "../repo/media-repo.js";
import { abortFailure } from "../upload/abort.js";
import { settleSeconds } from "../upload/lease-keeper.js";
import type { Dependencies } from "./dependencies.js";

const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 1_000;

/**
 * How long an upload waits for one whose file a transaction has made that is still open: two
 * transactions that wait for each other's keys would wait for ever.
 */
const OPEN_TRANSACTION_MS = 5_000;

interface Kind<Row extends MediaFileModel> {
  repo: Files<Row>;
  /** Of the other kind: a key is one owner's for both. */
  otherFiles: Pick<Files<MediaFileModel>, "byIdempotencyKey">;
}

interface Waiting {
  /** The caller's: what it has done itself counts, though nobody else sees it yet. */
  transaction: Transaction | undefined;
  signal: AbortSignal;
}

/** A new row of the journal under the key, or the file that the key belongs to. */
type Claim<Row> = { upload: JournalModel } | { file: Row };

/**
 * Records an upload under an idempotency key, unless the key has a file already. Waits for an upload
 * under the same key as long as its lease is held, and takes an expired one over.
 *
 * @throws IdempotencyConflictError (`idempotency_conflict`), UploadInProgressError
 *   (`upload_in_progress`), UploadAbortedError (`upload_aborted`), OwnerNotFoundError
 *   (`owner_not_found`)
 */
export async function claimKey<Row extends MediaFileModel>(
  { journal, leaseSeconds }: Dependencies,
  { repo, otherFiles }: Kind<Row>,
  upload: NewUpload,
  idempotencyKey: string,
  { transaction, signal }: Waiting,
): Promise<Claim<Row>> {
  const key = { userId: upload.userId, idempotencyKey };
  const look = async (seenBy: Transaction | undefined): Promise<Row | "other kind" | null> => {
    const file = await repo.byIdempotencyKey(key, { transaction: seenBy });
    if (file !== null) return file;
    const other = await otherFiles.byIdempotencyKey(key, { transaction: seenBy });
    return other === null ? null : "other kind";
  };

  /** Waits for the upload that holds the key, and takes it over once its lease is over. */
  const whileItRuns = async (): Promise<void> => {
    let openSince: number | undefined;
    for (let wait = FIRST_PAUSE_MS; ; wait = Math.min(2 * wait, LONGEST_PAUSE_MS)) {
      await pause(wait, undefined, { signal }).catch(() => {
        throw abortFailure(signal);
      });
      const running = await journal.byIdempotencyKey(key);
      if (running === null) return;
      if (running.row.kind !== upload.kind) throw new IdempotencyConflictError();
      const { id } = running.row;
      if (running.isOver && (await journal.takeOver(id, settleSeconds(leaseSeconds)))) return;
      if (!(await journal.isLocked(id))) openSince = undefined;
      else if (performance.now() - (openSince ??= performance.now()) > OPEN_TRANSACTION_MS) {
        throw new UploadInProgressError();
      }
    }
  };

  for (;;) {
    const own = transaction === undefined ? null : await look(transaction);
    if (own !== null) return fileOf(own);
    const row = await journal.openKeyed(upload, idempotencyKey);
    // Also behind a new row: a file that was made while it was is seen by no look before.
    const seen = await look(undefined).catch(async (error: unknown) => {
      // Whoever repeats the call would wait for the row's lease.
      if (row !== null) await journal.drop(row.id).catch(() => undefined);
      throw error;
    });
    if (seen !== null) {
      if (row !== null) await journal.drop(row.id);
      if (transaction === undefined) return fileOf(seen);
      // Made since the first look; or deleted by the caller's transaction, which nobody else sees yet.
      const again = await look(transaction);
      if (again === null) throw new UploadInProgressError();
      return fileOf(again);
    }
    if (row !== null) return { upload: row };
    await whileItRuns();
  }
}

function fileOf<Row>(found: Row | "other kind"): Claim<Row> {
  if (found === "other kind") throw new IdempotencyConflictError();
  return { file: found };
}
