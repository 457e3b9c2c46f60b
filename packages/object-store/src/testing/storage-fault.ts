import type { S3Error, S3Operation } from "@repo/s3-provider";

import type { StorageCall } from "./storage-call.js";

/** What goes wrong. Unless they say otherwise, faults fail with `s3_unavailable`, retryable. */
export type StorageFault =
  /** Nothing is done; the call fails with this error, by default one whose outcome is `not_applied`. */
  | { readonly type: "error"; readonly error?: S3Error }
  /** The call is carried out, and fails as one whose answer was lost: its outcome is `unknown`. */
  | { readonly type: "loseResponse" }
  /**
   * The call is carried out. Its result says that an earlier attempt went `unanswered`, if it makes
   * an object; to let that attempt land, make the object once more.
   */
  | { readonly type: "unanswered" }
  /** Nothing is done, and the call settles only if its signal is aborted (`s3_aborted`). */
  | { readonly type: "hang" }
  /** The call waits for so many milliseconds; the rules that follow apply then. */
  | { readonly type: "delay"; readonly ms: number }
  /** Something else happens first; the rules that follow apply then. */
  | { readonly type: "interleave"; readonly run: (call: StorageCall) => Promise<void> | void }
  /** `deleteMany` reports these keys as failed and leaves them; other calls are carried out. */
  | { readonly type: "deleteErrors"; readonly keys: (key: string) => boolean }
  /**
   * The stream breaks after so many bytes, or a listing after so many entries. What `put` was
   * sending is not stored; other calls are carried out.
   */
  | { readonly type: "cut"; readonly after: number };

/** A fault that decides what becomes of a call, rather than only holding it up. */
export type DecidingFault = Exclude<StorageFault, { readonly type: "delay" | "interleave" }>;

export interface StorageFaultRule {
  /** Which calls are struck: those of an operation, or those it gives true for; all by default. */
  readonly match?: S3Operation | ((call: StorageCall) => boolean);
  /** How many calls are struck; by default all until the rule is removed. */
  readonly times?: number;
  readonly fault: StorageFault;
}

/** A rule in force. */
export interface ActiveStorageFault {
  /** Calls struck so far. */
  readonly hits: number;
  remove(): void;
}
