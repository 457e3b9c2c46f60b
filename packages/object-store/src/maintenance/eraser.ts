import type { MediaKind } from "@repo/media-inspection";
import type { ListedObject, ListedVersion } from "@repo/s3-provider";

import { keyPrefix, MEDIA_KINDS, type StoredKind } from "../kinds.js";
import { errorFacts } from "../logger.js";
import type { MediaFileModel } from "../models/media-file.model.js";
import type { VariantModel } from "../models/variant.model.js";
import { MAX_KEYS } from "../remove-objects.js";
import { checkUserId, type OwnerId } from "../owner-types.js";
import { throwIfAborted } from "../upload/abort.js";
import { settleSeconds } from "../upload/lease-keeper.js";
import type { VersionsClient } from "../upload/storage-client.js";
import { removeWithUploads, type UnfinishedRemoval } from "./abort-uploads.js";
import { versioningOf } from "./bucket-facts.js";
import type { ErasureLine, ErasureReceipt, EraseOptions } from "./contract.js";
import type { MaintenanceDependencies } from "./dependencies.js";
import { eraseVersions } from "./erase-versions.js";
import { inBatches } from "./in-batches.js";
import { rethrowUnlessS3 } from "./long-call.js";
import { QUARANTINE } from "./quarantine.js";

/** Sorts before every id. */
const NIL = "00000000-0000-0000-0000-000000000000";

/** What a line says of an object before its outcome is known. */
type Erased = Pick<ErasureLine, "kind" | "was" | "byteSize" | "sha256" | "until"> &
  UnfinishedRemoval;

/** What every line has, and the rest where it is not null. */
type Line = Pick<ErasureLine, "key" | "kind" | "was" | "outcome"> & Partial<ErasureLine>;

const NOTHING = {
  versionId: null,
  fileId: null,
  byteSize: null,
  sha256: null,
  until: null,
  retention: null,
  errorCode: null,
  constraint: null,
} as const satisfies Partial<ErasureLine>;

/**
 * One erasure of a user's files. Claims unfinished rows first, so that uploads in flight fail their
 * compare-and-set; then removes files, and then whatever else is below the user's prefixes: last of
 * all the versions, to which the removals before have added.
 */
export class Eraser {
  readonly #userId: OwnerId;
  readonly #lines: ErasureLine[] = [];

  /** @throws InvalidInputError (`invalid_input`) unless it is the id of an owner */
  constructor(
    private readonly dependencies: MaintenanceDependencies,
    userId: unknown,
    private readonly options: EraseOptions,
  ) {
    this.#userId = checkUserId(dependencies.ownerType, userId);
  }

  async erase(): Promise<ErasureReceipt> {
    const { s3, unfinished, counters, events, grants, tells, leaseSeconds, ownerType } =
      this.dependencies;
    const userId = this.#userId;
    const startedAt = new Date();
    const versioning = await versioningOf(this.dependencies, this.options.signal);
    await unfinished.endOfUser(userId, settleSeconds(leaseSeconds));
    await this.#eraseUnfinished();
    for (const kind of MEDIA_KINDS) await this.#eraseFiles(kind);
    while ((await grants.endOfUser(userId, MAX_KEYS)) === MAX_KEYS) this.#batchDone();
    for (const kind of ["direct_upload", ...MEDIA_KINDS, "variant"] as const) {
      const own = keyPrefix(kind, userId, ownerType);
      await this.#tolerant(kind, own, () => this.#abortUploads(own));
      for (const prefix of [own, `${QUARANTINE}${own}`]) {
        await this.#tolerant(kind, prefix, () => this.#eraseStrays(kind, prefix));
        const { versions } = s3;
        if (versions === undefined || (versioning === "off" && !versions.sawDeleteMarker)) continue;
        await this.#tolerant(kind, prefix, () => this.#eraseVersions(kind, prefix, versions));
      }
    }
    await counters.end(userId);
    if (tells) await events.dropOfOwner(userId);
    const rows = await unfinished.countOf(userId);
    const lines = this.#lines;
    const isErased = lines.every(({ outcome }) => outcome !== "failed" && outcome !== "retained");
    const complete = isErased && rows === 0;
    return { userId, startedAt, finishedAt: new Date(), complete, versioning, lines };
  }

  async #eraseUnfinished(): Promise<void> {
    const { unfinished, leaseSeconds } = this.dependencies;
    const claim = { limit: MAX_KEYS, leaseSeconds, settleSeconds: settleSeconds(leaseSeconds) };
    let after = NIL;
    for (;;) {
      const claimed = await unfinished.claimOfUser(this.#userId, { ...claim, after });
      if (claimed.length === 0) return;
      await this.#eraseBatch(
        claimed.map(({ row: { id, s3Key, kind, settledAt, mayHaveParts }, was }) => {
          const facts = { byteSize: null, sha256: null, until: settledAt, mayHaveParts };
          return { id, s3Key, kind, was, ...facts };
        }),
      );
      after = claimed.reduce((last, { row: { id } }) => (id > last ? id : last), after);
    }
  }

  /** Files that another transaction has locked are skipped. */
  async #eraseFiles(kind: MediaKind): Promise<void> {
    const { files, leaseSeconds } = this.dependencies;
    const erasedOf = (of: StoredKind, row: MediaFileModel | VariantModel): Erased => {
      const { id, s3Key, byteSize, unansweredUntil: until } = row;
      const facts = { byteSize, sha256: row.sha256.toString("hex"), until };
      return { id, s3Key, kind: of, was: "file", mayHaveParts: false, ...facts };
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
        isErasure: true,
      });
      for (const row of page) {
        const error = inUse.get(row.id);
        if (error === undefined) continue;
        this.#writeErased(erasedOf(kind, row), {
          outcome: "in_use",
          constraint: error.constraint ?? null,
        });
      }
      await this.#eraseBatch(
        removed.flatMap((file) => [
          erasedOf(kind, file),
          ...(file.variants ?? []).map((variant) => erasedOf("variant", variant)),
        ]),
      );
      after = last.id;
    }
  }

  /** Removes the objects of removals, and ends those that no request can bring back. */
  async #eraseBatch(batch: readonly Erased[]): Promise<void> {
    const { signal } = this.options;
    const options = { signal, endsUnlisted: false };
    const { failures, ended } = await removeWithUploads(this.dependencies, batch, options);
    for (const erased of batch) {
      const error = failures.get(erased.id);
      if (error !== undefined) {
        this.#writeErased(erased, { outcome: "failed", errorCode: error.code });
      } else if (ended.has(erased.id)) {
        this.#writeErased(erased, { outcome: "erased" });
      } else {
        this.#writeErased(erased, { outcome: "tombstone", until: erased.until });
      }
    }
    this.#batchDone();
  }

  /** Aborts the user's multipart uploads that no row owns any more. */
  async #abortUploads(prefix: string): Promise<void> {
    const { s3, keys } = this.dependencies;
    const { signal } = this.options;
    for await (const upload of s3.listMultipartUploads({ prefix, signal })) {
      const purposes = await keys.purposesOf([upload.key]);
      if (purposes.get(upload.key) !== "upload") await s3.abortMultipartUpload(upload, { signal });
    }
  }

  /** Removes objects below one of the user's prefixes that belong to no file. */
  async #eraseStrays(kind: StoredKind, prefix: string): Promise<void> {
    const { signal } = this.options;
    const objects = this.dependencies.s3.list({ prefix, signal });
    for await (const batch of inBatches(objects, MAX_KEYS)) await this.#eraseUnknown(kind, batch);
  }

  async #eraseUnknown(kind: StoredKind, objects: readonly ListedObject[]): Promise<void> {
    const { signal } = this.options;
    const { strays, purposes } = await this.#withoutOwner(objects);
    const { failed } = await this.dependencies.s3.deleteMany(
      strays.map(({ key }) => key),
      { signal },
    );
    const kept = new Map(failed.map(({ key, error }) => [key, error]));
    for (const { key, byteLength: byteSize } of strays) {
      if (purposes.has(key)) continue;
      const errorCode = kept.get(key)?.code ?? null;
      const was = key.startsWith(QUARANTINE) ? "quarantined" : "orphan";
      const outcome = errorCode === null ? "erased" : "failed";
      this.#write({ key, kind, was, byteSize, outcome, errorCode });
    }
    this.#batchDone();
  }

  /** Removes what a bucket with versioning has kept below one of the user's prefixes. */
  async #eraseVersions(kind: StoredKind, prefix: string, versions: VersionsClient): Promise<void> {
    const { signal } = this.options;
    for await (const batch of inBatches(versions.list({ prefix, signal }), MAX_KEYS)) {
      const { strays } = await this.#withoutOwner(batch);
      await eraseVersions(versions, strays, signal, (version, end) => {
        const { key, versionId, isDeleteMarker, byteLength: byteSize } = version;
        const was = isDeleteMarker ? "delete_marker" : "version";
        this.#write({ key, versionId, kind, was, byteSize, ...end });
      });
      this.#batchDone();
    }
  }

  /**
   * Leaves out what has a row that decides: a file in use, or a new upload of a user who can still log
   * in.
   */
  async #withoutOwner<Listed extends ListedObject | ListedVersion>(listed: readonly Listed[]) {
    const keys = [...new Set(listed.map(({ key }) => key))];
    const purposes = await this.dependencies.keys.purposesOf(keys);
    const strays = listed.filter(({ key }) => [undefined, "removal"].includes(purposes.get(key)));
    return { strays, purposes };
  }

  #writeErased(
    { id: fileId, s3Key: key, kind, was, byteSize, sha256 }: Erased,
    end: Pick<Line, "outcome" | "until" | "errorCode" | "constraint">,
  ): void {
    this.#write({ key, kind, fileId, was, byteSize, sha256, ...end });
  }

  #write(given: Line): void {
    const line: ErasureLine = { ...NOTHING, ...given };
    this.#lines.push(line);
    this.options.onLine?.(line);
  }

  #batchDone(): void {
    this.options.onProgress?.({ lines: this.#lines.length });
    throwIfAborted(this.options.signal);
  }

  /** Writes one line for the prefix when S3 fails. */
  async #tolerant(kind: StoredKind, prefix: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      rethrowUnlessS3(error);
      const { logger } = this.dependencies;
      logger.warn("not everything below a user's prefix could be erased", errorFacts(error));
      const { code: errorCode } = error;
      if (this.#lines.some(({ was, key }) => was === "prefix" && key === prefix)) return;
      this.#write({ key: prefix, kind, was: "prefix", outcome: "failed", errorCode });
    }
  }
}
