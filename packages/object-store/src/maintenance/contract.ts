import type { MediaKind, Privacy } from "@repo/media-inspection";
import type { ListedObject, S3ErrorCode, VersioningStatus, VersionLock } from "@repo/s3-provider";

import type { ObjectStoreErrorCode } from "../errors.js";
import type { ServedKind, StoredKind } from "../kinds.js";
import type { GivenOwnerIds, Owner, OwnerId, OwnerType } from "../owner-types.js";
import type { EventType } from "../models/event.model.js";
import type { JournalPurpose } from "../models/journal.model.js";

/*
 * Glossary
 * delete marker  what a deletion leaves in a bucket with versioning: readers find no object, and every
 *              version is still there.
 * direct upload  an upload that the client sends to S3 itself, below `staging/`, within a time limit.
 * journal      the table of unfinished uploads and removals.
 * dead row     an unfinished row whose lease ended more than an hour ago: no sweep runs, or S3 refuses
 *              its requests.
 * orphan       an object with a key of the module that has no row in any table.
 * quarantine   the prefix `quarantine/`, to which audits move what they remove, with its key. Only an
 *              operator, or the erasure of its user, removes it from there.
 * tombstone    a removal whose object is gone, and whose row stays because an unanswered request could
 *              create the object again. A sweep ends it once none can.
 * version      what a bucket with versioning keeps of an object. Whoever knows its id can read it.
 */

/**
 * What operators run beside the application. Any number of processes may run any of it at once, and a
 * killed call can simply be repeated.
 *
 * Every call rejects with an `ObjectStoreError`: `database_unavailable` and `storage_unavailable`,
 * which are retryable, `database_error`, `storage_error`, `invalid_input` for an option out of its
 * bounds, and `operation_aborted` once its signal aborts. What it did until then stays done.
 */
export interface ObjectStoreMaintenance<Type extends OwnerType = "uuid"> {
  /**
   * Deletes the files whose time in the trash is over, and grants that have ended. Cleans up after crashes: removes the objects of
   * expired rows in the journal, and aborts multipart uploads that no running upload owns. Counts as `failed` what S3 does not remove or list; the next
   * sweep retries it. Run it every few minutes, above all with direct uploads: a slow client may create
   * an object after their time is over. No reader ever sees it.
   */
  sweep(options?: SweepOptions): Promise<SweepReport>;

  /**
   * Compares the bucket with the rows, key by key, in constant memory. Checks every difference again
   * before it is reported, so that uploads and deletions in flight are not. Changes nothing unless `fix`
   * is set.
   */
  audit(options?: AuditOptions): Promise<AuditReport>;

  /** Reads the object of every file and compares its size and SHA-256 with the row. */
  verify(options?: VerifyOptions): Promise<VerifyReport>;

  /**
   * Removes every file of one user, those in the trash, unfinished uploads and quarantined objects included. Uploads in
   * flight fail with `upload_expired`. Make sure first that the user cannot start new uploads. The
   * user's own row is left to the application. Files that an open transaction stores, changes or deletes
   * are skipped and have no line.
   *
   * When the receipt is not `complete`, repeat the call later: up to 25 hours later after a direct
   * upload, whose URLs work for that long. `complete` is false with any of these:
   *
   * - a `tombstone`: it is gone after its `until` and the next sweep;
   * - a file `in_use`: it stays until the row that its `constraint` names is gone;
   * - a `failed` line: S3 failed or refused, and the next call retries;
   * - a `retained` version: Object Lock keeps it until its `until`, or until its legal hold ends;
   * - a file that an open transaction has locked.
   *
   * In a bucket with versioning, versions and delete markers are removed too, each with a line of its
   * own. That needs the rights `s3:ListBucketVersions` and `s3:DeleteObjectVersion`. Without
   * `s3:GetBucketVersioning`, versions are listed whether the bucket has any or not.
   *
   * What was shared with the user is not any more, which has no line.
   *
   * A receipt does not cover a request that a client began before its URL expired and sends slowly: the
   * next sweep removes what it creates below `staging/`, which a bucket with versioning keeps as a version.
   */
  eraseUser(userId: GivenOwnerIds[Type], options?: EraseOptions): Promise<ErasureReceipt>;

  /**
   * Makes the variants that files lack, by the recipes that this was given, several of a file by one
   * decode. Then removes variants that have had a newer one of the same recipe for a day. Run it after a
   * recipe was added or changed. It can be ended at any time and continued by its cursor.
   */
  makeVariants(options?: MakeVariantsOptions): Promise<MakeVariantsReport>;

  /**
   * Strips files that were stored with less `privacy`, as uploads are stripped. Each changed file gets a new
   * object; readers see the one or the other. The old object is deleted at once, and its signed URLs stop
   * working. A run that was ended can simply be repeated: files that are done are not read again.
   */
  strip(options: StripOptions): Promise<StripReport>;

  /** Counts files and bytes, those in the trash included, of all owners or of one, and tells whether the bucket has versioning. */
  usage(options?: UsageOptions): Promise<UsageReport>;

  /**
   * Counts what owners use and corrects the counters of their quotas, exactly, also while files are stored and
   * deleted. Run it once every process has the provider's option `quota`, and after rows were changed by hand.
   */
  recount(options?: RecountOptions): Promise<RecountReport>;

  /**
   * Counts events that wait for a listener, and lists those that were given up, or has them handled again, or
   * drops them. One that is handled again may come after later ones of its file.
   */
  events(options?: EventsOptions): Promise<EventsReport>;
}

/** The options of all long calls. */
export interface LongCallOptions<Report> {
  /** Ends the call with OperationAbortedError (`operation_aborted`) after the request in flight. */
  signal?: AbortSignal;
  /** Called with the report so far after each batch or file. An error that it throws ends the call. */
  onProgress?: (soFar: Readonly<Report>) => void;
}

export interface MakeVariantsOptions extends LongCallOptions<MakeVariantsReport> {
  /** The recipe to apply; all when absent. */
  recipe?: string;
  /** Leaves out files whose variant is of a recipe as it was before. False by default. */
  onlyMissing?: boolean;
  /**
   * Removes variants of recipes that this was not given. False by default, because another version of the
   * application may know them.
   */
  dropUndefined?: boolean;
  /** Files at a time, 1 to 64; as many as there are processes by default. */
  parallel?: number;
  /** Files at most; all by default. */
  maxFiles?: number;
  /** `cursor` of an earlier report, to continue there. */
  cursor?: string | null;
}

export interface MakeVariantsReport {
  /** Files that lacked a variant. */
  files: number;
  /** Variants that were made. */
  made: number;
  /** Variants that could not be made; each is tried three times in all. */
  failed: number;
  /** Earlier variants that were removed. */
  removed: number;
  /** Where to continue; null once every file was seen. */
  cursor: string | null;
}

export interface SweepOptions extends LongCallOptions<SweepReport> {
  /** Rows of the journal that are claimed together, 1 to 1,000; 1,000 by default. */
  batchSize?: number;
  /** Batches at a time, 1 to 16; 4 by default. */
  parallel?: number;
  /**
   * Objects below `staging/` to list, 0 to 1,000,000,000; 10,000 by default. The next sweep of the same
   * ObjectStoreMaintenance continues after them.
   */
  stagedObjects?: number;
}

export interface SweepReport {
  /** Expired uploads whose bytes were removed; their tombstones stay until nothing can follow. */
  abandoned: number;
  /** Objects that are gone together with their row in the journal. */
  removed: number;
  /**
   * Files whose time in the trash is over, and that stay because rows of the application refer to them. The
   * next sweep tries again.
   */
  inUse: number;
  /** Multipart uploads that were aborted because no running upload owns them. */
  aborted: number;
  /** Objects below `staging/` that were created after their upload was swept. */
  strays: number;
  /**
   * Objects and multipart uploads that S3 did not remove; a failed listing counts as one. The next sweep
   * retries.
   */
  failed: number;
}

export interface AuditOptions extends LongCallOptions<AuditReport> {
  /**
   * Applies repairs. Dry run by default. Moves orphans to the quarantine; stores the rows of files
   * without an object there as JSON and removes them. Each is checked again before. Objects of another
   * size are only reported, as either side may be right; dead rows are left to the sweep.
   */
  fix?: boolean;
  /**
   * Maximum number of repairs, 0 to 1,000,000,000; 1,000 by default. The audit then continues without
   * repairs, as many differences are a sign of the wrong bucket or database.
   */
  maxFixes?: number;
  /**
   * Minimum age of an orphan in seconds: at least, and by default, twice the longest possible upload,
   * 172,800 (48 hours).
   */
  minAgeSeconds?: number;
  /** Called with each difference, one at a time. An error that it throws ends the audit. */
  onFinding?: (finding: AuditFinding) => void | Promise<void>;
  /**
   * The objects of the bucket in ascending order of the UTF-8 bytes of their keys, such as an inventory
   * of the bucket; a listing of the bucket by default. Keys outside of `audio/`, `images/`,
   * `staging/` and `variants/` are skipped.
   */
  listing?: AsyncIterable<ListedObject>;
}

interface Finding {
  key: string;
  /** What `fix` did; `kept` in a dry run, and where there is nothing to repair. */
  action: "kept" | "quarantined" | "failed";
}

export type AuditFinding =
  | (Finding & { finding: "orphan"; byteSize: number; lastModified: Date })
  | (Finding & { finding: "missing_object"; fileId: string; byteSize: number })
  | (Finding & {
      finding: "size_mismatch";
      fileId: string;
      /** Bytes by the row. */
      byteSize: number;
      /** Bytes of the object. */
      objectByteSize: number;
    })
  | (Finding & {
      finding: "dead_row";
      fileId: string;
      purpose: JournalPurpose;
      leaseExpiresAt: Date;
    });

/** What the bucket does with deleted objects. */
export interface BucketFacts {
  /**
   * `enabled`: deleted files stay as versions. `suspended`: those stay that were deleted before.
   * `unknown`: S3 failed, or denies `s3:GetBucketVersioning`.
   */
  versioning: VersioningStatus | "unknown";
  /** Whether versions can be locked against deletion; `unknown` as above. */
  objectLock: "off" | "enabled" | "unknown";
}

export interface AuditReport extends BucketFacts {
  /** Objects that were compared. */
  objects: number;
  /** Files and direct uploads that were compared. */
  rows: number;
  /** Objects without a row. */
  orphans: number;
  /** Files without an object. */
  missingObjects: number;
  /** Files whose object has another size. */
  sizeMismatches: number;
  deadRows: number;
  /** Objects without a row that are too young to be orphans. */
  tooYoung: number;
  /** Objects below the module's prefixes with other keys; they are never changed. */
  foreign: number;
  /** Orphans and rows without an object that were quarantined and removed. */
  fixed: number;
  /** Repairs that failed, or were skipped because of `maxFixes`. */
  notFixed: number;
}

export interface VerifyOptions extends LongCallOptions<VerifyReport> {
  /** Average bytes per second to read, at least 1; 16,777,216 (16 MiB) by default. */
  bytesPerSecond?: number;
  /** `cursor` of an earlier report, after which to continue. */
  cursor?: string | null;
  /** Maximum number of files, at least 1; unlimited by default. */
  maxFiles?: number;
  /** Called with each file that is not as it was stored. An error that it throws ends the call. */
  onFinding?: (finding: VerifyFinding) => void | Promise<void>;
}

export interface VerifyFinding {
  /**
   * `missing`: there is no object. `size`, `sha256`: its bytes differ. `unreadable`: S3 did not return
   * them; verify again.
   */
  finding: "missing" | "size" | "sha256" | "unreadable";
  kind: ServedKind;
  /** The id of the file, or of the variant. */
  fileId: string;
  key: string;
}

export interface VerifyReport {
  /** Files that were read, or tried. */
  files: number;
  /** Bytes that were read. */
  bytes: number;
  /** Files whose object is missing or holds other bytes. */
  corrupt: number;
  /** Files that could not be read. */
  unreadable: number;
  /** Where to continue; null once every file was read. */
  cursor: string | null;
}

export interface StripOptions extends LongCallOptions<StripReport> {
  /** The level to strip to. Files that were stored with it, or with `all`, are not read. */
  privacy: Privacy;
  /**
   * `cursor` of an earlier report, after which to continue. Without it a run also tries files again that
   * failed.
   */
  cursor?: string | null;
  /** Maximum number of files, at least 1; unlimited by default. */
  maxFiles?: number;
  /** Files at a time, 1 to 64; 4 by default. */
  parallel?: number;
  /** Called with each file that is left as it is. An error that it throws ends the call. */
  onFinding?: (finding: StripFinding) => void | Promise<void>;
}

/** A file that could not be stripped, and is as it was. */
export interface StripFinding {
  kind: MediaKind;
  fileId: string;
  /**
   * `invalid_media`: it is not certain what would have to be removed. `storage_error`: its object is missing,
   * or holds other bytes than were stored.
   */
  code: ObjectStoreErrorCode;
  message: string;
}

export interface StripReport {
  /** Files that were tried. */
  files: number;
  /** Files whose object was replaced by a stripped one. */
  stripped: number;
  /** Files that had nothing to remove. */
  unchanged: number;
  /** Files that were deleted, or replaced by another run, meanwhile. */
  skipped: number;
  /** Files that could not be stripped. */
  failed: number;
  /** Where to continue; null once every file was read. */
  cursor: string | null;
}

export interface EraseOptions extends LongCallOptions<ErasureProgress> {
  /** Called with each line as it happens, for a receipt that survives a call that fails. */
  onLine?: (line: ErasureLine) => void;
}

export interface ErasureProgress {
  /** Lines of the receipt so far. */
  lines: number;
}

/** The outcome for one object, version or unfinished upload. */
export interface ErasureLine {
  /** For `prefix`, the prefix. */
  key: string;
  /** Of a version or a delete marker; null for everything else. */
  versionId: string | null;
  /** `variant` for a picture made of a file, `direct_upload` for a staged object. */
  kind: StoredKind;
  /** The id of the file, variant or direct upload; null for an object without a row. */
  fileId: string | null;
  /**
   * What it was before: a file or a row of the journal; `orphan` and `quarantined` had no row.
   * `version` and `delete_marker` were left by the removal of an object. `prefix`: whatever is left
   * below a prefix, which S3 did not list or remove.
   */
  was: "file" | JournalPurpose | "orphan" | "quarantined" | "version" | "delete_marker" | "prefix";
  /** Bytes as in the file's row or the listing; null for a row of the journal and a prefix. */
  byteSize: number | null;
  /** SHA-256 of a file, 64 lower-case hexadecimal digits; null for everything else. */
  sha256: string | null;
  /**
   * `erased`: object and row are gone. `tombstone`: the object is gone, and a row stays until `until`,
   * because an unanswered request could create it again. `in_use`: the file stays, because a row of the
   * application refers to it. `failed`: S3 did not remove it. `retained`: Object Lock retains the
   * version.
   */
  outcome: "erased" | "tombstone" | "in_use" | "failed" | "retained";
  /**
   * Of a tombstone, when no request can create the object any more; of a retained version, when its
   * retention ends, null for a legal hold; null for the others.
   */
  until: Date | null;
  /** What retains a version; null for the others. */
  retention: VersionLock["mode"] | null;
  /** Of a failed line, why; null for the others. */
  errorCode: S3ErrorCode | null;
  /** Of a file in use, the name of the constraint that refused, if known; null for the others. */
  constraint: string | null;
}

/** Proof of an erasure. */
export interface ErasureReceipt {
  userId: OwnerId;
  startedAt: Date;
  finishedAt: Date;
  /** Whether nothing is left: no object, version, delete marker, part and row, tombstones included. */
  complete: boolean;
  /** The state of the bucket's versioning. */
  versioning: BucketFacts["versioning"];
  lines: ErasureLine[];
}

export interface RecountOptions extends LongCallOptions<RecountReport> {
  /** Only this owner: a user's id. */
  owner?: OwnerId | bigint;
  /** Called with each counter that was corrected. The call waits for it. */
  onFinding?: (finding: RecountFinding) => void | Promise<void>;
}

/** A counter that was corrected. */
export interface RecountFinding {
  owner: OwnerId;
  /** Bytes that were added to it; below zero for bytes that were taken from it. */
  bytes: number;
  /** The same for images and audio files. */
  files: number;
}

export interface RecountReport {
  /** Owners whose files were counted. */
  owners: number;
  /** Counters that were wrong. */
  corrected: number;
}

export interface EventsOptions {
  /** Ends the call with OperationAbortedError (`operation_aborted`) after the query in flight. */
  signal?: AbortSignal;
  /** What becomes of events that were given up: `list` by default. */
  dead?: "list" | "retry" | "drop";
  /** Of these alone, 10,000 at most; all when absent. */
  ids?: readonly string[];
  /** Called with each that is listed. The call waits for it. An error that it throws ends the call. */
  onFinding?: (finding: DeadEvent) => void | Promise<void>;
}

/** An event that was given up. */
export interface DeadEvent {
  id: string;
  type: EventType;
  kind: MediaKind;
  fileId: string;
  owner: Owner;
  at: Date;
  attempts: number;
  /** What the last attempt failed with, 500 characters at most. */
  reason: string;
}

export interface EventsReport {
  /** Events that wait for a listener, or are with one. */
  waiting: number;
  /** The age of the oldest of these; null where there is none. */
  oldestSeconds: number | null;
  /** Events that were given up and still are. */
  dead: number;
  /** Events that are handled again. */
  retried: number;
  /** Events that were dropped. */
  dropped: number;
}

export interface UsageOptions {
  /** Ends the call with OperationAbortedError (`operation_aborted`) after the query in flight. */
  signal?: AbortSignal;
  /** Only this owner: a user's id, or null for the system. */
  owner?: Owner | bigint;
  /** How many of the owners with the most bytes to list, 0 to 10,000; 20 by default. */
  top?: number;
}

export interface Usage {
  files: number;
  /** Bytes of these files. */
  bytes: number;
  /** Uploads and removals in the journal, tombstones included, direct uploads not. */
  unfinished: number;
}

export interface OwnerUsage {
  /** A user's id, or null for the system. */
  owner: Owner;
  images: Usage;
  audio: Usage;
  /** Pictures made of files. */
  variants: Usage;
}

export interface UsageReport extends BucketFacts {
  images: Usage;
  audio: Usage;
  /** Pictures made of files. */
  variants: Usage;
  /** The owners with the most bytes, in descending order. */
  owners: OwnerUsage[];
}
