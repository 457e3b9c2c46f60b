import type { MediaKind } from "@repo/media-inspection";
import type { ListedMultipartUpload, ListedObject } from "@repo/s3-provider";

import { checkInteger } from "../checks.js";
import { FOLDERS, MEDIA_KINDS, STORAGE_KEYS } from "../kinds.js";
import { errorFacts } from "../logger.js";
import type { JournalPurpose } from "../models/journal.model.js";
import { MAX_KEYS } from "../remove-objects.js";
import type { TrashBatch, TrashPosition } from "../repo/media-repo.js";
import type { ClaimedRow } from "../repo/unfinished-repo.js";
import { instruments } from "../telemetry/telemetry.js";
import { throwIfAborted } from "../upload/abort.js";
import { settleSeconds } from "../upload/lease-keeper.js";
import { warnOfVersions } from "../warn-of-versions.js";
import { removeWithUploads } from "./abort-uploads.js";
import type { SweepOptions, SweepReport } from "./contract.js";
import type { MaintenanceDependencies } from "./dependencies.js";
import { rethrowUnlessS3 } from "./long-call.js";

const PARALLEL = 4;
const MAX_PARALLEL = 16;
const STAGED_OBJECTS = 10_000;

/** Multipart uploads that are looked up in one query. */
const MULTIPART_BATCH = 200;

/**
 * Minimum age in milliseconds of an object that is removed because no row knows it: the clocks of
 * PostgreSQL and S3 differ.
 */
const MIN_STRAY_AGE_MS = 3_600_000;

/** Where the next sweep continues to list `staging/`. */
export interface StagedPosition {
  /** The last key that was seen; undefined to start over. */
  after: string | undefined;
}

/** One sweep: finishes whatever the journal holds with an expired lease. */
export class Sweeper {
  readonly #report: SweepReport = {
    abandoned: 0,
    removed: 0,
    inUse: 0,
    aborted: 0,
    strays: 0,
    failed: 0,
  };
  readonly #maxStaged: number;
  readonly #batchSize: number;
  readonly #parallel: number;

  /** @throws InvalidInputError (`invalid_input`) for an option out of bounds */
  constructor(
    private readonly dependencies: MaintenanceDependencies,
    private readonly position: StagedPosition,
    private readonly options: SweepOptions,
  ) {
    const { batchSize = MAX_KEYS, parallel = PARALLEL, stagedObjects = STAGED_OBJECTS } = options;
    this.#maxStaged = checkInteger("stagedObjects", stagedObjects, 0, 1_000_000_000);
    this.#batchSize = checkInteger("batchSize", batchSize, 1, MAX_KEYS);
    this.#parallel = checkInteger("parallel", parallel, 1, MAX_PARALLEL);
  }

  async sweep(): Promise<SweepReport> {
    const at = await this.dependencies.keys.clock();
    await this.#endDirectUploads(at);
    for (const kind of MEDIA_KINDS) await this.#endTrash(kind, at);
    await this.#endGrants(at);
    await this.#finishRemovals(at);
    await this.#abandonUploads(at);
    // Variants go in one request each.
    for (const kind of [...MEDIA_KINDS, "direct_upload"] as const) {
      await this.#abortStaleUploads(`${FOLDERS[kind]}/`);
    }
    if (this.#maxStaged > 0) await this.#removeStagedStrays();
    const { s3, logger } = this.dependencies;
    warnOfVersions(s3, logger);
    this.#record();
    return this.#report;
  }

  #record(): void {
    const { swept } = instruments();
    for (const outcome of ["abandoned", "removed", "aborted", "strays", "failed"] as const) {
      swept.add(this.#report[outcome], { "object_store.sweep.outcome": outcome });
    }
    swept.add(this.#report.inUse, { "object_store.sweep.outcome": "in_use" });
  }

  /** Moves expired direct uploads to the journal, whose objects are then removed. */
  #endDirectUploads(at: string): Promise<void> {
    const { unfinished } = this.dependencies;
    return this.#eachBatch(() => unfinished.endExpired({ at, limit: this.#batchSize }));
  }

  /** Moves files whose time in the trash is over to the journal; their objects are then removed. */
  async #endTrash(kind: MediaKind, at: string): Promise<void> {
    const { files, logger } = this.dependencies;
    let after: TrashPosition | null = null;
    for (;;) {
      const batch: TrashBatch = await files[kind].endTrash({ at, after, limit: this.#batchSize });
      if (batch.last === null) return;
      for (const [fileId, { table, constraint }] of batch.inUse) {
        logger.warn("a file in the trash is in use", { fileId, table, constraint });
      }
      this.#report.inUse += batch.inUse.size;
      after = batch.last;
      this.#batchDone();
    }
  }

  /** Removes grants whose time is over, which have given nothing since. */
  async #endGrants(at: string): Promise<void> {
    const { grants } = this.dependencies;
    const limit = this.#batchSize;
    while ((await grants.endExpired({ at, limit })) === limit) this.#batchDone();
  }

  /** Objects that S3 does not delete are left to the next sweep. */
  #finishRemovals(at: string): Promise<void> {
    const { unfinished, leaseSeconds } = this.dependencies;
    return this.#eachBatch(async () => {
      const rows = await this.#claim("removal", at, { leaseSeconds, settleSeconds: 0 });
      if (rows.length === 0) return false;
      const { signal } = this.options;
      const options = { signal, endsUnlisted: true };
      const removed = await removeWithUploads(this.dependencies, rows, options);
      const { failures, ended, aborted } = removed;
      this.#countFailed([...failures.values()]);
      this.#report.aborted += aborted;
      this.#report.removed += ended.size;
      await unfinished.release([...failures.keys()]);
      return true;
    });
  }

  /**
   * Deletes what crashed uploads left. Their rows stay, as removals, until no request can create the
   * objects again.
   */
  #abandonUploads(at: string): Promise<void> {
    const { s3, leaseSeconds } = this.dependencies;
    const seconds = settleSeconds(leaseSeconds);
    return this.#eachBatch(async () => {
      const times = { leaseSeconds: seconds, settleSeconds: seconds };
      const rows = await this.#claim("upload", at, times);
      if (rows.length === 0) return false;
      const keys = rows.map(({ s3Key }) => s3Key);
      const { failed } = await s3.deleteMany(keys, { signal: this.options.signal });
      this.#countFailed(failed.map(({ error }) => error));
      this.#report.abandoned += rows.length - failed.length;
      return true;
    });
  }

  #claim(
    purpose: JournalPurpose,
    at: string,
    times: { leaseSeconds: number; settleSeconds: number },
  ): Promise<ClaimedRow[]> {
    const claim = { at, limit: this.#batchSize, ...times };
    return this.dependencies.unfinished.claimExpired(purpose, claim);
  }

  #countFailed(errors: readonly { code: string }[]): void {
    this.#report.failed += errors.length;
    if (errors.length === 0) return;
    const codes = [...new Set(errors.map(({ code }) => code))];
    this.dependencies.logger.warn("objects could not be swept", { count: errors.length, codes });
  }

  /**
   * Runs `work` in parallel until it returns false, so that PostgreSQL claims one batch while S3
   * deletes another. After a failure no further batch starts, and those in flight finish.
   */
  async #eachBatch(work: () => Promise<boolean>): Promise<void> {
    let hasFailed = false;
    const lane = async (): Promise<void> => {
      try {
        while (!hasFailed && (await work())) this.#batchDone();
      } catch (error) {
        hasFailed = true;
        throw error;
      }
    };
    const lanes = await Promise.allSettled(Array.from({ length: this.#parallel }, lane));
    for (const ended of lanes) if (ended.status === "rejected") throw ended.reason;
  }

  #batchDone(): void {
    const { signal, onProgress } = this.options;
    onProgress?.({ ...this.#report });
    throwIfAborted(signal);
  }

  /**
   * Aborts the multipart uploads of a folder that no running upload owns. Each has a committed row
   * before it begins, so only the database's clock decides.
   */
  async #abortStaleUploads(prefix: string): Promise<void> {
    const { s3, ownerType } = this.dependencies;
    let batch: ListedMultipartUpload[] = [];
    try {
      const { signal } = this.options;
      for await (const upload of s3.listMultipartUploads({ prefix, signal })) {
        if (!STORAGE_KEYS[ownerType].test(upload.key)) continue;
        batch.push(upload);
        if (batch.length < MULTIPART_BATCH) continue;
        await this.#abortUnowned(batch);
        batch = [];
      }
    } catch (error) {
      this.#tolerate("multipart uploads could not be listed", error);
    }
    if (batch.length > 0) await this.#abortUnowned(batch);
  }

  async #abortUnowned(uploads: readonly ListedMultipartUpload[]): Promise<void> {
    const { s3, keys } = this.dependencies;
    const owned = await keys.runningAmong(uploads.map(({ key }) => key));
    for (const upload of uploads.filter(({ key }) => !owned.has(key))) {
      try {
        await s3.abortMultipartUpload(upload, { signal: this.options.signal });
        this.#report.aborted += 1;
      } catch (error) {
        this.#tolerate("a multipart upload could not be discarded", error);
      }
    }
    this.#batchDone();
  }

  /**
   * Removes objects below `staging/` that no row knows. A client that starts before its URL expires
   * and sends slowly can create one after its upload was swept, and only a listing finds it. A row is
   * always there before its object, and nothing is served from there.
   */
  async #removeStagedStrays(): Promise<void> {
    const { s3, keys } = this.dependencies;
    const { signal } = this.options;
    const { position } = this;
    const now = Date.parse(await keys.clock());
    const prefix = `${FOLDERS.direct_upload}/`;
    const { after: startAfter } = position;
    const listing = { prefix, signal, ...(startAfter !== undefined && { startAfter }) };
    const batch: ListedObject[] = [];
    let seen = 0;
    try {
      for await (const object of s3.list(listing)) {
        seen += 1;
        position.after = object.key;
        if (now - object.lastModified.getTime() >= MIN_STRAY_AGE_MS) batch.push(object);
        if (batch.length === MAX_KEYS) await this.#removeUnknown(batch.splice(0));
        if (seen === this.#maxStaged) break;
      }
      await this.#removeUnknown(batch);
      if (seen < this.#maxStaged) position.after = undefined;
    } catch (error) {
      this.#tolerate("staged objects could not be listed", error);
    }
  }

  async #removeUnknown(objects: readonly ListedObject[]): Promise<void> {
    if (objects.length === 0) return;
    const { s3, keys } = this.dependencies;
    const known = await keys.purposesOf(objects.map(({ key }) => key));
    const strays = objects.filter(({ key }) => !known.has(key)).map(({ key }) => key);
    if (strays.length > 0) {
      const { failed } = await s3.deleteMany(strays, { signal: this.options.signal });
      this.#report.strays += strays.length - failed.length;
      this.#report.failed += failed.length;
    }
    this.#batchDone();
  }

  /** Counts and logs a failure of S3, and rethrows everything else. */
  #tolerate(message: string, error: unknown): void {
    rethrowUnlessS3(error);
    this.#report.failed += 1;
    this.dependencies.logger.warn(message, errorFacts(error));
  }
}
