import { setTimeout as pause } from "node:timers/promises";

import { MEDIA_FORMATS, type MediaKind } from "@repo/media-inspection";
import type { Transaction } from "sequelize";

import { IdempotencyConflictError, UploadInProgressError } from "../errors.js";
import { MEDIA_KINDS } from "../kinds.js";
import type { Owner } from "../owner-types.js";
import type { JournalModel } from "../models/journal.model.js";
import type { MediaFileModel } from "../models/media-file.model.js";
import type { MediaModels } from "../models/media-models.js";
import type { NewUpload } from "../repo/journal-repo.js";
import { abortFailure } from "../upload/abort.js";
import type { InspectedBody } from "../upload/inspected-body.js";
import { settleSeconds } from "../upload/lease-keeper.js";
import type { Dependencies } from "./dependencies.js";

const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 1_000;

/**
 * How long an upload waits for another one whose file was made in an open transaction. Two
 * transactions that wait for each other's keys would otherwise wait forever.
 */
const OPEN_TRANSACTION_MS = 5_000;

/** A file of another kind has the key. */
const OTHER_KIND = "other kind";

/** A new row of the journal under the key, or the file that has the key. */
type Acquired<K extends MediaKind> = { upload: JournalModel } | { file: MediaModels[K] };

/** The idempotency key of one upload. */
export class IdempotencyKey<K extends MediaKind> {
  readonly #key: { userId: Owner; idempotencyKey: string };

  constructor(
    private readonly dependencies: Pick<Dependencies, "journal" | "files" | "leaseSeconds">,
    private readonly kind: K,
    private readonly upload: NewUpload,
    idempotencyKey: string,
  ) {
    this.#key = { userId: upload.userId, idempotencyKey };
  }

  /**
   * Records the upload under the key, unless a file has it. Waits for a running upload with the same
   * key until its lease is over, and takes it over then.
   *
   * @param transaction the caller's, whose own uncommitted changes count
   * @throws IdempotencyConflictError (`idempotency_conflict`), UploadInProgressError
   *   (`upload_in_progress`), UploadAbortedError (`upload_aborted`), OwnerNotFoundError
   *   (`owner_not_found`)
   */
  async acquire(transaction: Transaction | undefined, signal: AbortSignal): Promise<Acquired<K>> {
    const { journal } = this.dependencies;
    for (;;) {
      const own = transaction === undefined ? null : await this.#file(transaction);
      if (own !== null) return found(own);
      const row = await journal.openKeyed(this.upload, this.#key.idempotencyKey);
      // Also after a new row: a file that was made in the meantime was not visible before.
      const file = await this.#file(undefined).catch(async (error: unknown) => {
        // A repeated call would wait for the lease of this row.
        if (row !== null) await journal.drop(row.id).catch(() => undefined);
        throw error;
      });
      if (file !== null) {
        if (row !== null) await journal.drop(row.id);
        if (transaction === undefined) return found(file);
        // Made since the first look, or deleted by the caller's open transaction.
        const again = await this.#file(transaction);
        if (again === null) throw new UploadInProgressError();
        return found(again);
      }
      if (row !== null) return { upload: row };
      await this.#whileHeld(signal);
    }
  }

  /** The file that has the key. */
  async #file(
    transaction: Transaction | undefined,
  ): Promise<MediaModels[K] | typeof OTHER_KIND | null> {
    const { files } = this.dependencies;
    const file = await files[this.kind].byIdempotencyKey(this.#key, { transaction });
    if (file !== null) return file;
    for (const kind of MEDIA_KINDS) {
      if (kind === this.kind) continue;
      if ((await files[kind].byIdempotencyKey(this.#key, { transaction })) !== null) {
        return OTHER_KIND;
      }
    }
    return null;
  }

  /** Waits for the upload that holds the key, and takes it over once its lease is over. */
  async #whileHeld(signal: AbortSignal): Promise<void> {
    const { journal, leaseSeconds } = this.dependencies;
    let openSince: number | undefined;
    for (let wait = FIRST_PAUSE_MS; ; wait = Math.min(2 * wait, LONGEST_PAUSE_MS)) {
      await pause(wait, undefined, { signal }).catch(() => {
        throw abortFailure(signal);
      });
      const holder = await journal.byIdempotencyKey(this.#key);
      if (holder === null) return;
      const { id, kind } = holder.row;
      if (kind !== this.kind) throw new IdempotencyConflictError();
      if (holder.isOver && (await journal.takeOver(id, settleSeconds(leaseSeconds)))) return;
      if (!(await journal.isLocked(id))) openSince = undefined;
      else if (performance.now() - (openSince ??= performance.now()) > OPEN_TRANSACTION_MS) {
        throw new UploadInProgressError();
      }
    }
  }
}

/** @throws IdempotencyConflictError (`idempotency_conflict`) when the file is of another kind */
function found<K extends MediaKind>(file: MediaModels[K] | typeof OTHER_KIND): Acquired<K> {
  if (file === OTHER_KIND) throw new IdempotencyConflictError();
  return { file };
}

/**
 * Reads a body to its end without storing it.
 *
 * @throws IdempotencyConflictError (`idempotency_conflict`) when its bytes differ from the file's
 */
export async function requireSameBytes(file: MediaFileModel, body: InspectedBody): Promise<void> {
  const { contentType } = MEDIA_FORMATS[body.format];
  const mayBeSame =
    contentType === file.contentType && [undefined, file.byteSize].includes(body.byteLength);
  if (!mayBeSame) throw new IdempotencyConflictError();
  await body.readToEnd();
  const { byteSize, sha256 } = body.verdict;
  if (byteSize !== file.byteSize || !file.sha256.equals(sha256)) {
    throw new IdempotencyConflictError();
  }
}
