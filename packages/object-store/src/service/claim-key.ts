import { setTimeout as pause } from "node:timers/promises";

import type { Transaction } from "sequelize";

import { IdempotencyConflictError, UploadInProgressError } from "../errors.js";
import type { MediaFileModel } from "../models/media-file.model.js";
import type { MediaRepo, NewFile, StoredFacts } from "../repo/media-repo.js";
import type { IdempotencyRepo } from "../repo/idempotency-repo.js";
import { abortFailure } from "../upload/abortable.js";
import { tombstoneSeconds } from "../upload/tombstone.js";
import type { Dependencies } from "./dependencies.js";

const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 1_000;

/** How long a row may stay locked after its lease is over: a sweeper holds it for a moment only. */
const LOCKED_MS = 2_000;

type KeyedFile = NewFile & { idempotencyKey: string };

interface Kind<Row extends MediaFileModel, Facts extends StoredFacts> {
  repo: MediaRepo<Row, Facts>;
  keys: IdempotencyRepo<Row>;
}

interface Waiting {
  /** The caller's: what it has done itself counts, though nobody else sees it yet. */
  transaction: Transaction | undefined;
  signal: AbortSignal;
}

/** A new intent under the key, or the file that the key belongs to. */
interface Claim<Row> {
  row: Row;
  state: "new" | "ready";
}

type Attempt<Row> = Claim<Row> | { row: Row; state: "running" } | { state: "other kind" };

/**
 * Records the intent to store a file under an idempotency key, unless the key has a file already.
 * Waits for an upload under the same key as long as its lease is held, and takes an expired one
 * over.
 *
 * @throws IdempotencyConflictError (`idempotency_conflict`), UploadInProgressError
 *   (`upload_in_progress`), UploadAbortedError (`upload_aborted`)
 */
export async function claimKey<Row extends MediaFileModel, Facts extends StoredFacts>(
  dependencies: Dependencies,
  kind: Kind<Row, Facts>,
  file: KeyedFile,
  { transaction, signal }: Waiting,
): Promise<Claim<Row>> {
  let overSince: number | undefined;
  for (let wait = FIRST_PAUSE_MS; ; wait = Math.min(2 * wait, LONGEST_PAUSE_MS)) {
    const attempt = await tryToClaim(dependencies, kind, file);
    if (attempt.state === "new") return attempt;
    const own = transaction && (await kind.keys.find(file, { transaction }));
    if (own?.status === "ready") return { row: own, state: "ready" };
    if (attempt.state !== "running") {
      // The caller's transaction has deleted the key's file, which everybody else still sees.
      if (transaction !== undefined && !(await kind.keys.isOfOtherKind(file, { transaction }))) {
        throw new UploadInProgressError();
      }
      if (attempt.state === "other kind") throw new IdempotencyConflictError();
      return attempt;
    }

    if (!kind.keys.leaseIsOver(attempt.row)) overSince = undefined;
    else if (performance.now() - (overSince ??= performance.now()) > LOCKED_MS) {
      throw new UploadInProgressError();
    }
    await pause(wait, undefined, { signal }).catch(() => {
      throw abortFailure(signal);
    });
  }
}

async function tryToClaim<Row extends MediaFileModel, Facts extends StoredFacts>(
  { inOwnTransaction, leaseSeconds }: Dependencies,
  { repo, keys }: Kind<Row, Facts>,
  file: KeyedFile,
): Promise<Attempt<Row>> {
  return inOwnTransaction(async (transaction) => {
    await keys.lock(file, transaction);
    if (await keys.isOfOtherKind(file, { transaction })) return { state: "other kind" };
    const holder = await keys.find(file, { transaction });
    if (holder?.status === "ready") return { row: holder, state: "ready" };
    const isFree =
      holder === null ||
      (await keys.takeOver(holder.id, tombstoneSeconds(leaseSeconds), transaction));
    if (!isFree) return { row: holder, state: "running" };
    return { row: await repo.create(file, leaseSeconds, { transaction }), state: "new" };
  });
}
