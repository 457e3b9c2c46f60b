import type { ListedObject } from "@repo/s3-provider";

import type { MediaKind } from "../kinds.js";
import type { JournalPurpose } from "../models/journal.model.js";

/*
 * Glossary
 * direct upload  is staged until its time is over; then its object is removed.
 * journal      what is unfinished: an `upload` is to become a file, the object of a `removal` is to go.
 * dead row     what is unfinished and has been left alone for an hour after its lease: nobody sweeps,
 *              or S3 refuses what the sweep asks for.
 * orphan       an object of ours that no file, direct upload or row of the journal knows.
 * quarantine   the prefix `quarantine/`: what an audit removes is copied there first, under its
 *              own key. Nothing but an operator, and the erasure of its user, removes it from there.
 * tombstone    a removal that stays after its object is gone, because a request that nobody answered
 *              could make the object once more. The sweep ends it when none can any more.
 */

/**
 * What operators run beside the application. Any number of processes may run any of it at once, and
 * killing one of them at any time costs nothing but a repetition.
 *
 * Every call rejects with an `ObjectStoreError`: `database_unavailable` and `storage_unavailable`,
 * which are retryable, `database_error`, `storage_error`, `invalid_input` for an option out of its
 * bounds, and `operation_aborted` once its signal aborts. What it did until then stays done.
 */
export interface ObjectStoreMaintenance {
  /**
   * Finishes what crashed: works on the rows of the journal whose lease is over, removes their objects,
   * and discards the multipart uploads that no running upload owns. What S3 would not remove or list
   * is counted as `failed` and tried again by the next sweep. To be run every few minutes. Direct uploads need it most: a
   * client that sends at a drip may bring bytes after their time, which no reader ever sees.
   */
  sweep(options?: SweepOptions): Promise<SweepReport>;

  /**
   * Compares the bucket with the rows, key by key, in memory that does not grow with their number.
   * Every difference is looked at once more before it is reported, so that an application at work
   * does not look like a fault. Nothing is changed unless `fix` is set.
   */
  audit(options?: AuditOptions): Promise<AuditReport>;

  /** Reads every file's object again and compares its size and SHA-256 with the row's. */
  verify(options?: VerifyOptions): Promise<VerifyReport>;

  /**
   * Removes every file of one user, unfinished uploads included: an upload that is under way fails
   * with `upload_expired`. Quarantined objects of the user go as well. See that the user can start
   * no new upload before; its own row is left to the application. A file that a caller's open
   * transaction stores, changes or deletes is passed over and has no line: it is there when that
   * commits.
   *
   * A receipt that is not `complete` says that something is left: repeat the call after a while, which
   * is up to 25 hours where a direct upload was prepared, as its URLs work for so long. `complete` is
   * false with any of these:
   *
   * - a `tombstone`: it is gone after its `until` and the sweep that follows;
   * - a file `in_use`: it stays until the row that its `constraint` names is gone;
   * - a `failed` line: S3 refused, and the next call tries again;
   * - a file that an open transaction holds.
   *
   * A request that a client began before its URL expired, and that it sends at a drip, is under no
   * receipt: what it brings below `staging/` the next sweep removes.
   */
  eraseUser(userId: string, options?: EraseOptions): Promise<ErasureReceipt>;

  /** Counts files and bytes, of everybody or of one owner. */
  usage(options?: UsageOptions): Promise<UsageReport>;
}

/** What all long calls take. */
export interface LongCallOptions<Report> {
  /** Ends the call with OperationAbortedError (`operation_aborted`) after the request under way. */
  signal?: AbortSignal;
  /** Called with the report so far after each batch, or file. An error that it throws ends the call. */
  onProgress?: (soFar: Readonly<Report>) => void;
}

export interface SweepOptions extends LongCallOptions<SweepReport> {
  /** Rows of the journal that are claimed together, 1 to 1,000, which DeleteObjects takes at most; 1,000. */
  batchSize?: number;
  /** Batches at a time, 1 to 16; 4 when absent. */
  parallel?: number;
  /**
   * Objects below `staging/` to look at, 0 to 1,000,000,000; 10,000 when absent. The next sweep by the
   * same maintenance goes on behind them.
   */
  stagedObjects?: number;
}

export interface SweepReport {
  /** Expired uploads whose bytes were removed; their tombstones stay until nothing can follow. */
  abandoned: number;
  /** Objects that are gone together with their row in the journal. */
  removed: number;
  /** Multipart uploads that nobody will finish, and that were discarded. */
  aborted: number;
  /** Objects below `staging/` that came after everything else of their upload was swept. */
  strays: number;
  /**
   * Objects and multipart uploads that S3 would not remove; a failed listing counts as one. The next
   * sweep tries again.
   */
  failed: number;
}

export interface AuditOptions extends LongCallOptions<AuditReport> {
  /**
   * Applies repairs. Dry run by default. Orphans are moved to the quarantine. The rows of files
   * without an object are kept there as JSON and then removed. Each is looked at again before it is
   * touched. Objects of another size are only ever reported, as nobody can
   * tell which side is right, and dead rows are the sweep's.
   */
  fix?: boolean;
  /**
   * Repairs after which the audit goes on without acting, 0 to 1,000,000,000; 1,000 when absent. A
   * large number of differences speaks of a wrong bucket or database rather than of orphans.
   */
  maxFixes?: number;
  /**
   * Seconds that an object must have rested before it may count as an orphan: twice the longest
   * possible upload, 172,800 (48 hours), when absent and at least.
   */
  minAgeSeconds?: number;
  /** Called with every difference, one at a time. An error that it throws ends the audit. */
  onFinding?: (finding: AuditFinding) => void | Promise<void>;
  /**
   * The objects of the bucket in ascending order of the UTF-8 bytes of their keys, such as an
   * inventory of the bucket; a listing of the bucket when absent. Keys outside of `audio/`,
   * `images/` and `staging/` are passed over.
   */
  listing?: AsyncIterable<ListedObject>;
}

interface Finding {
  key: string;
  /** What `fix` did about it; `kept` in a dry run, and where there is nothing to do. */
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

export interface AuditReport {
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
  /** Objects without a row that are too young to be called orphans. */
  tooYoung: number;
  /** Objects below our prefixes whose keys are none of ours; they are never touched. */
  foreign: number;
  /** Orphans and rows without an object that were quarantined and removed. */
  fixed: number;
  /** Repairs that failed, or that were left out once `maxFixes` was reached. */
  notFixed: number;
}

export interface VerifyOptions extends LongCallOptions<VerifyReport> {
  /** Bytes per second that are read on average, at least 1; 16,777,216 (16 MiB) when absent. */
  bytesPerSecond?: number;
  /** `cursor` of an earlier report: goes on behind the last file that it covers. */
  cursor?: string | null;
  /** Files after which the call ends, at least 1; no bound when absent. */
  maxFiles?: number;
  /** Called with every file that is not as it was stored. An error that it throws ends the call. */
  onFinding?: (finding: VerifyFinding) => void | Promise<void>;
}

export interface VerifyFinding {
  /**
   * `missing`: there is no object. `size` and `sha256`: its bytes are others. `unreadable`: S3 did
   * not give them; verify again.
   */
  finding: "missing" | "size" | "sha256" | "unreadable";
  kind: MediaKind;
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
  /** Where to go on, or null once every file was read. */
  cursor: string | null;
}

export interface EraseOptions extends LongCallOptions<ErasureProgress> {
  /** Called with each line once it is true: for a receipt that outlives a call that fails or ends early. */
  onLine?: (line: ErasureLine) => void;
}

export interface ErasureProgress {
  /** Lines of the receipt so far. */
  lines: number;
}

/** What became of one object, or of the upload that was to make it. */
export interface ErasureLine {
  key: string;
  /** `direct_upload` for what was staged; `fileId` is the id of the direct upload. */
  kind: MediaKind | "direct_upload";
  /** Null for an object below the user's prefix whose key is none of the module's. */
  fileId: string | null;
  /** What there was: a file, or what was unfinished; `orphan` and `quarantined` had no row. */
  was: "file" | JournalPurpose | "orphan" | "quarantined";
  /** Bytes by the file's row or the listing; null for a row of the journal. */
  byteSize: number | null;
  /** SHA-256 by the row, 64 lower-case hexadecimal digits; null for what had no file's row. */
  sha256: string | null;
  /**
   * `erased`: object and row are gone. `tombstone`: the bytes are gone, and a row stays for the sweep
   * until `until`, as a request that nobody answered may still bring them back. `in_use`: a row of the
   * application's refers to the file, which stays. `failed`: S3 did not remove it.
   */
  outcome: "erased" | "tombstone" | "in_use" | "failed";
  /** Of a tombstone, when no request can bring bytes any more; null for the others. */
  until: Date | null;
  /** Of a file that is in use, the constraint that refused, where it has a name; null for the others. */
  constraint: string | null;
}

/** Proof of an erasure. */
export interface ErasureReceipt {
  userId: string;
  startedAt: Date;
  finishedAt: Date;
  /** Whether nothing of the user is left: no object, no part of one and no row, tombstones included. */
  complete: boolean;
  lines: ErasureLine[];
}

export interface UsageOptions {
  /** Ends the call with OperationAbortedError (`operation_aborted`) after the query under way. */
  signal?: AbortSignal;
  /** Only this owner: a user's id, or null for the system. */
  owner?: string | null;
  /** Owners to name, those with the most bytes, 0 to 10,000; 20 when absent. */
  top?: number;
}

export interface Usage {
  files: number;
  /** Bytes of these files. */
  bytes: number;
  /** Uploads and deletions in the journal: direct uploads are not counted, tombstones are. */
  unfinished: number;
}

export interface OwnerUsage {
  /** A user's id, or null for the system. */
  owner: string | null;
  images: Usage;
  audio: Usage;
}

export interface UsageReport {
  images: Usage;
  audio: Usage;
  /** The owners with the most bytes first. */
  owners: OwnerUsage[];
}
