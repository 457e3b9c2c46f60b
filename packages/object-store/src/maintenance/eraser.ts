import type { MediaKind } from "@repo/media-inspection";
import type { ListedObject } from "@repo/s3-provider";

import { keyPrefix, MEDIA_KINDS, type StoredKind } from "../kinds.js";
import { errorFacts } from "../logger.js";
import type { MediaFileModel } from "../models/media-file.model.js";
import { MAX_KEYS, removeBatch } from "../remove-objects.js";
import { checkUserId } from "../checks.js";
import { throwIfAborted } from "../upload/abort.js";
import { settleSeconds } from "../upload/lease-keeper.js";
import type { ErasureLine, ErasureReceipt, EraseOptions } from "./contract.js";
import type { MaintenanceDependencies } from "./dependencies.js";
import { rethrowUnlessS3 } from "./long-call.js";
import { QUARANTINE } from "./quarantine.js";

/** Sorts before every id. */
const NIL = "00000000-0000-0000-0000-000000000000";

/** What a line says of an object before its outcome is known. */
type Erased = Pick<ErasureLine, "kind" | "was" | "byteSize" | "sha256" | "until"> & {
  id: string;
  s3Key: string;
};

/**
 * One erasure of a user's files. Claims unfinished rows first, so that uploads in flight fail their
 * compare-and-set; then removes files, and then whatever else is below the user's prefixes.
 */
export class Eraser {
  readonly #userId: string;
  readonly #lines: ErasureLine[] = [];

  /** @throws InvalidInputError (`invalid_input`) unless the id is a UUID */
  constructor(
    private readonly dependencies: MaintenanceDependencies,
    userId: string,
    private readonly options: EraseOptions,
  ) {
    this.#userId = checkUserId(userId);
  }

  async erase(): Promise<ErasureReceipt> {
    const { unfinished, leaseSeconds } = this.dependencies;
    const userId = this.#userId;
    const startedAt = new Date();
    await unfinished.endOfUser(userId, settleSeconds(leaseSeconds));
    await this.#eraseUnfinished();
    for (const kind of MEDIA_KINDS) await this.#eraseFiles(kind);
    let isClean = true;
    for (const kind of ["direct_upload", ...MEDIA_KINDS] as const) {
      isClean = (await this.#tolerant(() => this.#abortUploads(kind))) && isClean;
      isClean = (await this.#tolerant(() => this.#eraseStrays(kind))) && isClean;
    }
    const rows = await unfinished.countOf(userId);
    const lines = this.#lines;
    const complete = isClean && rows === 0 && lines.every(({ outcome }) => outcome !== "failed");
    return { userId, startedAt, finishedAt: new Date(), complete, lines };
  }

  async #eraseUnfinished(): Promise<void> {
    const { unfinished, leaseSeconds } = this.dependencies;
    const claim = { limit: MAX_KEYS, leaseSeconds, settleSeconds: settleSeconds(leaseSeconds) };
    let after = NIL;
    for (;;) {
      const claimed = await unfinished.claimOfUser(this.#userId, { ...claim, after });
      if (claimed.length === 0) return;
      await this.#eraseBatch(
        claimed.map(({ row: { id, s3Key, kind, settledAt }, was }) => {
          return { id, s3Key, kind, was, byteSize: null, sha256: null, until: settledAt };
        }),
      );
      after = claimed.reduce((last, { row: { id } }) => (id > last ? id : last), after);
    }
  }

  /** Files that another transaction has locked are skipped. */
  async #eraseFiles(kind: MediaKind): Promise<void> {
    const { files, leaseSeconds } = this.dependencies;
    const toErased = ({ id, s3Key, byteSize, sha256, unansweredUntil }: MediaFileModel): Erased => {
      const facts = { byteSize, sha256: sha256.toString("hex"), until: unansweredUntil };
      return { id, s3Key, kind, was: "file", ...facts };
    };
    let after = NIL;
    for (;;) {
      const page = await files[kind].listByUser(this.#userId, after, MAX_KEYS);
      const last = page.at(-1);
      if (last === undefined) return;
      const ids = page.map(({ id }) => id);
      const { removed, inUse } = await files[kind].delete(ids, this.#userId, {
        leaseSeconds,
        skipLocked: true,
      });
      for (const row of page) {
        const error = inUse.get(row.id);
        if (error !== undefined) this.#write(toErased(row), "in_use", error.constraint ?? null);
      }
      await this.#eraseBatch(removed.map(toErased));
      after = last.id;
    }
  }

  /** Removes the objects of removals, and ends those that no request can bring back. */
  async #eraseBatch(batch: readonly Erased[]): Promise<void> {
    const { signal } = this.options;
    const { failures, ended } = await removeBatch(this.dependencies, batch, signal);
    for (const erased of batch) {
      if (failures.has(erased.id)) this.#write(erased, "failed");
      else this.#write(erased, ended.has(erased.id) ? "erased" : "tombstone");
    }
    this.#batchDone();
  }

  /** Aborts the user's multipart uploads that no row owns any more. */
  async #abortUploads(kind: StoredKind): Promise<void> {
    const { s3, keys } = this.dependencies;
    const { signal } = this.options;
    const prefix = keyPrefix(kind, this.#userId);
    for await (const upload of s3.listMultipartUploads({ prefix, signal })) {
      const purposes = await keys.purposesOf([upload.key]);
      if (purposes.get(upload.key) !== "upload") await s3.abortMultipartUpload(upload, { signal });
    }
  }

  /** Removes objects below the user's prefix that belong to no file, in the quarantine as well. */
  async #eraseStrays(kind: StoredKind): Promise<void> {
    const { s3 } = this.dependencies;
    const { signal } = this.options;
    const own = keyPrefix(kind, this.#userId);
    for (const prefix of [own, `${QUARANTINE}${own}`]) {
      let batch: ListedObject[] = [];
      for await (const object of s3.list({ prefix, signal })) {
        batch.push(object);
        if (batch.length < MAX_KEYS) continue;
        await this.#eraseUnknown(kind, batch);
        batch = [];
      }
      await this.#eraseUnknown(kind, batch);
    }
  }

  async #eraseUnknown(kind: StoredKind, objects: readonly ListedObject[]): Promise<void> {
    if (objects.length === 0) return;
    const { s3, keys } = this.dependencies;
    const { signal } = this.options;
    const purposes = await keys.purposesOf(objects.map(({ key }) => key));
    // The others have a row that decides: a file in use, or a new upload of a user who can still log in.
    const strays = objects.filter(({ key }) => [undefined, "removal"].includes(purposes.get(key)));
    const { failed } = await s3.deleteMany(
      strays.map(({ key }) => key),
      { signal },
    );
    const kept = new Set(failed.map(({ key }) => key));
    for (const { key, byteLength: byteSize } of strays) {
      if (purposes.has(key)) continue;
      this.#writeLine({
        key,
        kind,
        fileId: null,
        was: key.startsWith(QUARANTINE) ? "quarantined" : "orphan",
        byteSize,
        sha256: null,
        outcome: kept.has(key) ? "failed" : "erased",
        until: null,
        constraint: null,
      });
    }
    this.#batchDone();
  }

  #write(
    { id: fileId, s3Key: key, until, ...facts }: Erased,
    outcome: ErasureLine["outcome"],
    constraint: string | null = null,
  ): void {
    const end = outcome === "tombstone" ? until : null;
    this.#writeLine({ key, ...facts, fileId, outcome, until: end, constraint });
  }

  #writeLine(line: ErasureLine): void {
    this.#lines.push(line);
    this.options.onLine?.(line);
  }

  #batchDone(): void {
    this.options.onProgress?.({ lines: this.#lines.length });
    throwIfAborted(this.options.signal);
  }

  /** False when S3 failed. */
  async #tolerant(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      rethrowUnlessS3(error);
      const { logger } = this.dependencies;
      logger.warn("not everything below a user's prefix could be erased", errorFacts(error));
      return false;
    }
  }
}
