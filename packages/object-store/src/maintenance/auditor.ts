import type { ListedObject } from "@repo/s3-provider";

import { checkBoolean, checkInteger } from "../checks.js";
import { described } from "../described.js";
import { InvalidInputError } from "../errors.js";
import { MAX_KEYS } from "../remove-objects.js";
import type { InventoryRow } from "../repo/inventory-repo.js";
import type { Files } from "../repo/media-repo.js";
import type { Variants } from "../repo/variant-repo.js";
import { MAX_UPLOAD_SECONDS, throwIfAborted } from "../upload/abort.js";
import { findObject } from "../upload/storage-client.js";
import { STORAGE_KEYS } from "../kinds.js";
import { bucketFacts } from "./bucket-facts.js";
import type { AuditFinding, AuditOptions, AuditReport } from "./contract.js";
import type { MaintenanceDependencies } from "./dependencies.js";
import {
  type InventoryFolder,
  objectsInKeyOrder,
  OwnObjects,
  RowsInKeyOrder,
} from "./inventory.js";
import { mergeByKey, type Pair } from "./merge-by-key.js";
import { Quarantine } from "./quarantine.js";

const MIN_AGE_SECONDS = 2 * MAX_UPLOAD_SECONDS;

/** Seconds since the end of its lease after which an unfinished row is reported as dead. */
const DEAD_AFTER_SECONDS = 3_600;

/** A folder of files, of their variants, or of staged uploads, which have neither. */
export interface AuditFolder extends InventoryFolder {
  files?: Files;
  variants?: Pick<Variants, "remove">;
}

/**
 * One audit: compares objects and rows by key. The listing and the rows are read at different times,
 * so every difference is checked again, in an order that uploads and deletions in flight do not
 * disturb: some table has a row before the object exists, and for as long as it does.
 */
export class Auditor {
  readonly #report: AuditReport = {
    objects: 0,
    rows: 0,
    orphans: 0,
    missingObjects: 0,
    sizeMismatches: 0,
    deadRows: 0,
    tooYoung: 0,
    foreign: 0,
    fixed: 0,
    notFixed: 0,
    versioning: "unknown",
    objectLock: "unknown",
  };
  readonly #quarantine: Quarantine;
  readonly #minAgeMs: number;
  readonly #listing: AsyncIterable<ListedObject>;
  /** When the audit began, by the database's clock. */
  #now = 0;
  /** Keys compared so far. */
  #keys = 0;

  /**
   * @param folders in the order of their names
   * @throws InvalidInputError (`invalid_input`) for an option out of bounds
   */
  constructor(
    private readonly dependencies: MaintenanceDependencies,
    private readonly folders: readonly AuditFolder[],
    private readonly options: AuditOptions,
  ) {
    const { s3, logger } = dependencies;
    const { signal } = options;
    const fix = checkBoolean("fix", options.fix ?? false);
    const minAge = options.minAgeSeconds ?? MIN_AGE_SECONDS;
    const maxFixes = checkInteger("maxFixes", options.maxFixes ?? 1000, 0, 1_000_000_000);
    checkInteger("minAgeSeconds", minAge, MIN_AGE_SECONDS, 1_000_000_000);
    const attempts = fix ? maxFixes : undefined;
    this.#quarantine = new Quarantine(s3, logger, this.#report, attempts, signal);
    this.#minAgeMs = 1000 * minAge;
    this.#listing = options.listing ?? objectsInKeyOrder(s3, folders, signal);
    checkListing(this.#listing);
  }

  async audit(): Promise<AuditReport> {
    this.#now = Date.parse(await this.dependencies.keys.clock());
    Object.assign(this.#report, await bucketFacts(this.dependencies, this.options.signal));
    const isOwn = (key: string): boolean => this.#isOwn(key);
    const objects = new OwnObjects(this.#listing, isOwn, this.options.signal);
    try {
      await mergeByKey(objects, new RowsInKeyOrder(this.folders), (pair) => this.#visit(pair));
    } catch (error) {
      // The first failure is the one to report.
      await objects.close().catch(() => undefined);
      throw error;
    }
    await this.#reportDeadRows();
    this.#reportProgress();
    return this.#report;
  }

  /** Whether the module made the key; counts the others below its folders. */
  #isOwn(key: string): boolean {
    if (STORAGE_KEYS[this.dependencies.ownerType].test(key)) return true;
    if (this.#folderOf(key) !== undefined) this.#report.foreign += 1;
    return false;
  }

  #folderOf(key: string): AuditFolder | undefined {
    return this.folders.find(({ folder }) => key.startsWith(`${folder}/`));
  }

  #visit({
    key,
    left: object,
    right: row,
  }: Pair<ListedObject, InventoryRow>): Promise<void> | undefined {
    const report = this.#report;
    if (object !== undefined) report.objects += 1;
    if (row !== undefined) report.rows += 1;
    this.#keys += 1;
    if (this.#keys % MAX_KEYS === 0) {
      throwIfAborted(this.options.signal);
      this.#reportProgress();
    }
    const folder = this.#folderOf(key);
    if (folder === undefined || isConsistent(object, row)) return undefined;
    const checked =
      row === undefined ? object && this.#checkOrphan(object) : this.#checkRow(folder, row);
    return checked?.then((finding) => finding && this.options.onFinding?.(finding));
  }

  async #checkOrphan({
    key,
    lastModified: listedAt,
  }: ListedObject): Promise<AuditFinding | undefined> {
    const { s3, keys } = this.dependencies;
    if ((await keys.purposesOf([key])).size > 0) return undefined;
    if (this.#isTooYoung(listedAt)) return undefined;
    const object = await findObject(s3, key, this.options.signal);
    if (object === undefined || this.#isTooYoung(object.lastModified)) return undefined;
    this.#report.orphans += 1;
    const { byteLength: byteSize, lastModified } = object;
    const action = await this.#quarantine.moveObject(key, object);
    return { finding: "orphan", key, byteSize, lastModified, action };
  }

  #isTooYoung(lastModified: Date): boolean {
    const isTooYoung = this.#now - lastModified.getTime() < this.#minAgeMs;
    if (isTooYoung) this.#report.tooYoung += 1;
    return isTooYoung;
  }

  async #checkRow(
    { rows, files, variants }: AuditFolder,
    { s3Key: key }: InventoryRow,
  ): Promise<AuditFinding | undefined> {
    const object = await findObject(this.dependencies.s3, key, this.options.signal);
    const row = await rows.findByKey(key);
    if (row === null || row.byteSize === null || row.byteSize === object?.byteLength) {
      return undefined;
    }
    const facts = { key, fileId: row.id, byteSize: row.byteSize };
    if (object === undefined) {
      this.#report.missingObjects += 1;
      const action = await (files !== undefined
        ? this.#quarantine.moveRow(files, row.id)
        : this.#quarantine.removeVariant(variants, row));
      return { finding: "missing_object", ...facts, action };
    }
    this.#report.sizeMismatches += 1;
    const objectByteSize = object.byteLength;
    return { finding: "size_mismatch", ...facts, objectByteSize, action: "kept" };
  }

  /** Rows that no sweep has finished: no sweep runs, or S3 refuses its requests. */
  async #reportDeadRows(): Promise<void> {
    const { signal, onFinding } = this.options;
    let after: string | undefined;
    for (;;) {
      const limit = MAX_KEYS;
      const rows = await this.dependencies.keys.deadRows(DEAD_AFTER_SECONDS, { after, limit });
      for (const { id: fileId, s3Key: key, ...row } of rows) {
        throwIfAborted(signal);
        this.#report.deadRows += 1;
        await onFinding?.({ finding: "dead_row", key, fileId, ...row, action: "kept" });
      }
      after = rows.at(-1)?.s3Key;
      if (rows.length < limit) return;
    }
  }

  #reportProgress(): void {
    this.options.onProgress?.({ ...this.#report });
  }
}

/** Whether a row and its object agree, as almost all do. */
function isConsistent(object: ListedObject | undefined, row: InventoryRow | undefined): boolean {
  return row !== undefined && (row.byteSize === null || object?.byteLength === row.byteSize);
}

/** @throws InvalidInputError (`invalid_input`) */
function checkListing(listing: unknown): void {
  if (typeof listing === "object" && listing !== null && Symbol.asyncIterator in listing) return;
  throw new InvalidInputError(`listing must be an async iterable, and ${described(listing)} came.`);
}
